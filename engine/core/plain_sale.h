#pragma once

#include "engine/core/decide.h"
#include "engine/core/state.h"

namespace tim::core {

// Almost every sale there is: one of a till, under simple rules (Rules::simple_sales), by a customer whom no
// book knows. Nothing but one fact comes of it, and nothing but one cache line changes. `decide_sale` and
// `apply` do such sales by what stands here; who has many of them in a row may call it directly.

/// Whether a fact is a sale that brings points without dates.
inline bool is_plain_sale(const model::Fact& fact) {
    constexpr std::uint8_t kDated = model::kFactPending | model::kFactLot;
    return fact.type == model::FactType::sale && (fact.flags & kDated) == 0;
}

/// Whether a record is all that the engine has of a customer.
inline bool stands_alone(const CustomerRecord& record) {
    return record.flags == 0;
}

/// Decides a sale under simple rules at a moment in `month`: overwrites `fact` with what it leads to, a
/// transaction of its own. `subject` is a customer with nothing due (settle.h) and no tier by hand.
Judgement decide_plain_sale(const model::Command& command, const Moment& moment, model::Month month,
                            model::Subject subject, const CustomerRecord& record, model::Fact& fact);

/// `apply` for a plain sale of a customer who stands alone; `record` is the customer's.
[[nodiscard]] std::uint32_t apply_plain_sale(ProgramState& program, CustomerRecord& record,
                                             const model::Fact& fact, model::Sequence sequence);

}  // namespace tim::core
