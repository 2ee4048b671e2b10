#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/care.h"
#include "engine/model/quantity.h"

namespace tim::client {

/// A task of care (S3.12, S4.3, S4.11).
struct CareTask {
    model::Sequence id{};
    model::CustomerId customer{};
    std::string key;  ///< the customer's first: "phone:+84901234567"
    std::string name;
    model::CarePhase phase = model::CarePhase::none;
    model::CareKind kind = model::CareKind::other;
    model::Instant due{};
    std::int32_t every_days = 0;  ///< 0: once
    std::string staff;            ///< empty: the company's
    std::string note;
    model::Instant changed_at{};
};

/// Which open tasks are asked for, and behind which.
struct CareFilter {
    model::Instant from = model::kNoInstant;  ///< due at or after
    model::Instant until = model::kNever;     ///< due before
    std::optional<std::string> staff;         ///< whose; empty: the company's
    std::optional<model::CareKind> kind;
    model::Instant after_due = model::kNoInstant;  ///< of the page before
    model::Sequence after_task{};
};

struct CarePage {
    std::vector<CareTask> rows;
    /// Where the next page begins; `next_task` 0: this was the last.
    model::Instant next_due = model::kNoInstant;
    model::Sequence next_task{};
};

struct Birthday {
    model::Instant day{};  ///< its first instant, program time
    model::CustomerId customer{};
    std::string key;
    std::string name;
    std::string staff;
};

}  // namespace tim::client
