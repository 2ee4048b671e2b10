#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/model/campaign.h"
#include "engine/model/quantity.h"

namespace tim::core {

class ProgramState;
class Rules;
class Segment;

/// What a campaign asks about the customer beside the sale (S4.5 to S4.9), compiled. Immutable.
struct CustomerQuestion {
    model::ConditionKind kind{};
    bool wanted = true;        ///< birthday_month
    std::uint64_t mask = 0;    ///< natures, types or items, a bit for each
    std::bitset<256> sources;  ///< by 1 + a source's number
    std::shared_ptr<const Segment> segment;
};

/// `rules` is the version whose campaign asks: its lists are compiled, its tiers known.
CustomerQuestion compile_question(const model::Condition& condition, const Rules& rules);

/// Of whom a sale asks, when, and by which rules the customer stands then.
struct AskedCustomer {
    const ProgramState& program;
    model::CustomerId customer{};
    const Rules& current;  ///< in force as the sale is recorded
    model::Instant now{};  ///< of the program, then
    model::Instant at{};   ///< the sale's
};

/// The answers, a bit each in the order of the questions. The caller holds the customer's stripe.
std::uint32_t answers_of(std::span<const CustomerQuestion> questions, const AskedCustomer& asked);

}  // namespace tim::core
