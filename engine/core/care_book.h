#pragma once

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "engine/model/care.h"
#include "engine/model/classification.h"
#include "engine/model/fact.h"
#include "engine/model/quantity.h"

namespace tim::core {

inline constexpr std::size_t kMaxOpenCare = 64;  ///< tasks of one customer that are open

/// The place of an open task in the calendar.
struct CarePlace {
    std::int64_t due_ms = 0;
    std::uint64_t task = 0;

    friend auto operator<=>(const CarePlace&, const CarePlace&) = default;
};

/// What the calendar knows of an open task; its note stands in the ledger. These bytes are part of a
/// checkpoint's format.
struct OpenCare {
    std::uint64_t customer = 0;
    std::array<char, model::kMaxStaffBytes> staff{};  ///< zeros behind it
    model::CareKind kind = model::CareKind::other;
    std::uint8_t zero = 0;
    std::uint16_t every_days = 0;
    std::uint32_t zeros = 0;

    std::string_view staff_text() const;
    friend bool operator==(const OpenCare&, const OpenCare&) = default;
};
static_assert(sizeof(OpenCare) == 32 && sizeof(CarePlace) == 16);

/// The open tasks of one program's customers of one stripe, guarded by it, in the order in which they are
/// due. Who has none takes no memory, and a task that is over takes none.
class CareBook {
  public:
    using Calendar = absl::btree_map<CarePlace, OpenCare>;

    const Calendar& calendar() const { return calendar_; }
    /// How many tasks of a customer are open.
    std::size_t open_of(model::CustomerId customer) const;
    /// Newest fact of a task of the stripe's.
    model::Sequence last() const { return last_; }
    std::uint64_t digest() const { return digest_; }

    /// Folds a fact of type care_noted in.
    void fold(const model::Fact& fact, model::Sequence sequence, const model::CareTexts& texts);

    /// Out of a checkpoint.
    void restore(const CarePlace& place, const OpenCare& task) { add(place, task); }
    void restore(model::Sequence last) { last_ = last; }

  private:
    void add(const CarePlace& place, const OpenCare& task);
    void take(std::uint64_t task);

    Calendar calendar_;
    absl::flat_hash_map<std::uint64_t, std::int64_t> due_;       ///< of the tasks in the calendar
    absl::flat_hash_map<std::uint64_t, std::uint32_t> open_of_;  ///< by customer
    model::Sequence last_{};
    std::uint64_t digest_ = 0;  ///< kept as the calendar changes
};

}  // namespace tim::core
