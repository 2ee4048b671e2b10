#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/engine.h"

namespace tim::runtime {

/// A task of care as it stands now.
struct CareView {
    model::Sequence id{};
    model::CustomerId customer{};
    std::string key;   ///< the customer's first: "phone:+84901234567"; of one without keys "id:42"
    std::string name;  ///< the customer's
    model::CarePhase phase = model::CarePhase::none;
    model::CareKind kind = model::CareKind::other;
    model::Instant due{};
    std::int32_t every_days = 0;
    std::string staff;  ///< empty: the company's
    std::string note;
    model::Instant changed_at{};
};

/// Where a page of the calendar ended.
struct CareCursor {
    model::Instant due = model::kNoInstant;  ///< kNoInstant: there is no further page
    model::Sequence task{};
};

struct CarePage {
    std::vector<CareView> rows;
    CareCursor next;
};

/// Which open tasks are asked for.
struct CareFilter {
    model::Instant from{INT64_MIN};    ///< due at or after
    model::Instant until{INT64_MAX};   ///< due before
    std::optional<std::string> staff;  ///< whose; empty: the company's
    std::optional<model::CareKind> kind;
};

/// A customer whose birthday is in a span of days.
struct BirthdayView {
    model::Instant day{};  ///< its first instant, program time
    model::CustomerId customer{};
    std::string key;
    std::string name;
    std::string staff;
};

inline constexpr std::int32_t kMaxBirthdayDays = 366;
inline constexpr std::size_t kMaxBirthdays = 10'000;

/// What the engine answers about the care calendar (S3.12, S4.3, S4.11). Each waits until what it shows is
/// durable.
///
/// Thread safety: as Engine's.
class CareQueries {
  public:
    /// The open tasks of a program in the order in which they are due, behind `after`, at most `limit`.
    virtual Result<CarePage> care_calendar(model::ProgramId program, const CareFilter& filter,
                                           const CareCursor& after, std::size_t limit) = 0;
    /// A customer's tasks that were planned before a sequence (0: all), newest first, over or not. Reads the
    /// history. `next.task` of a page is `before` of the next one; 0: it was the last.
    virtual Result<CarePage> care_of(model::ProgramId program, const model::CustomerRef& customer,
                                     model::Sequence before, std::size_t limit) = 0;
    /// Whose birthday is on one of so many days from that of an instant on, day by day; on February 28 those
    /// of the 29th too, in a year without one. Refused where they are more than kMaxBirthdays.
    virtual Result<std::vector<BirthdayView>> birthdays(model::ProgramId program, model::Instant from,
                                                        std::int32_t days) = 0;

  protected:
    ~CareQueries() = default;
};

}  // namespace tim::runtime
