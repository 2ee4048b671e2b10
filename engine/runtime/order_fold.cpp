#include "engine/runtime/order_fold.h"

#include <fmt/format.h>

#include <utility>

namespace tim::runtime {

using model::Fact;
using model::FactType;
using model::OrderPhase;
using model::Sequence;

namespace {

/// Where a command leaves its order.
OrderPhase phase_after(const Fact& command) {
    switch (command.type) {
        case FactType::sale:
            return OrderPhase::completed;
        case FactType::order_cancelled:
            return OrderPhase::cancelled;
        default:
            return OrderPhase::placed;
    }
}

}  // namespace

std::optional<std::string> OrderFold::add(const Fact& fact, Sequence sequence) {
    if (command_sequence_.value != 0 && sequence.value > transaction_end_) {
        const Sequence silent = std::exchange(command_sequence_, Sequence{});
        return fmt::format("fact {}: nothing says where the order of this stands", silent.value);
    }
    if (fact.type == FactType::order_noted) return note(fact, sequence);
    if (!model::is_of_order(fact)) return std::nullopt;
    command_ = fact;
    command_sequence_ = sequence;
    transaction_end_ = sequence.value - fact.position + fact.count - 1u;
    return std::nullopt;
}

std::optional<std::string> OrderFold::note(const Fact& fact, Sequence sequence) {
    const std::uint64_t order = fact.subject.id();
    const auto wrong = [&](const std::string& what) {
        return fmt::format("fact {}: the order placed at {} {}", sequence.value, order, what);
    };
    const Sequence command = std::exchange(command_sequence_, Sequence{});
    if (command.value == 0) return wrong("moves without a command");
    const bool places = command_.type == FactType::order_placed;
    if (order != (places ? command.value : command_.request.related) ||
        command_.subject.program() != fact.subject.program())
        return wrong("is not the one of the command before it");
    const auto phase = fact.order.phase;
    if (phase != phase_after(command_) ||
        fact.order.sale != (phase == OrderPhase::completed ? command.value : 0))
        return wrong("stands where its command does not lead");
    if (fact.amount != command_.amount)
        return wrong(
            fmt::format("is of {}, and its command says {}", fact.amount.value, command_.amount.value));
    std::uint64_t& state = orders_[order];
    const std::uint64_t before =
        std::exchange(state, sequence.value << kPhaseBits | static_cast<std::uint64_t>(phase));
    if (fact.previous.value != before >> kPhaseBits)
        return wrong(
            fmt::format("was last told of at {}, not at {}", before >> kPhaseBits, fact.previous.value));
    const auto phase_before = static_cast<OrderPhase>(before & ((1u << kPhaseBits) - 1));
    if (phase_before != (places ? OrderPhase::none : OrderPhase::placed))
        return wrong(fmt::format("was {} already", model::order_phase_name(phase_before)));
    return std::nullopt;
}

}  // namespace tim::runtime
