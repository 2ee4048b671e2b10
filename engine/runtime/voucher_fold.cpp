#include "engine/runtime/voucher_fold.h"

#include <fmt/format.h>

#include <utility>

namespace tim::runtime {

using model::Fact;
using model::FactType;
using model::Sequence;
using model::VoucherPhase;

namespace {

bool gives_voucher(FactType type) {
    return type == FactType::reward_redeemed || type == FactType::voucher_granted;
}

/// Where a move leaves its voucher.
VoucherPhase phase_after(FactType move) {
    switch (move) {
        case FactType::voucher_reserved:
            return VoucherPhase::reserved;
        case FactType::voucher_used:
            return VoucherPhase::used;
        case FactType::voucher_cancelled:
            return VoucherPhase::cancelled;
        case FactType::voucher_withdrawn:
            return VoucherPhase::withdrawn;
        default:
            return VoucherPhase::issued;
    }
}

/// Whether a move may come where a voucher stands; a reservation may have timed out.
bool may_move(FactType move, VoucherPhase from) {
    const bool open = from == VoucherPhase::issued || from == VoucherPhase::reserved;
    switch (move) {
        case FactType::voucher_returned:
            return from == VoucherPhase::used;
        case FactType::voucher_released:
            return from == VoucherPhase::reserved;
        default:
            return open;
    }
}

}  // namespace

std::optional<std::string> VoucherFold::add(const Fact& fact, Sequence sequence) {
    const Fact before = std::exchange(before_, fact);
    const bool issues = fact.type == FactType::voucher_issued;
    const bool notes = fact.type == FactType::voucher_noted;
    if (issues != gives_voucher(before.type))
        return fmt::format("fact {}: a voucher is issued right behind what gives it, and nowhere else",
                           sequence.value);
    if (notes != model::moves_voucher(before.type))
        return fmt::format(
            "fact {}: where a voucher stands is said right behind what moves it, and nowhere else",
            sequence.value);
    if (issues && (fact.subject.id() != sequence.value || fact.voucher.phase != VoucherPhase::issued ||
                   fact.voucher.customer != before.subject.id()))
        return fmt::format("fact {}: the voucher is not the one that was given", sequence.value);
    if (!notes) return std::nullopt;
    const std::uint64_t voucher = fact.subject.id();
    const auto wrong = [&](const std::string& what) {
        return fmt::format("fact {}: the voucher issued at {} {}", sequence.value, voucher, what);
    };
    if (before.request.related != voucher || before.subject.program() != fact.subject.program())
        return wrong("is not the one that was moved");
    if (fact.voucher.phase != phase_after(before.type)) return wrong("stands where its move does not lead");
    auto [place, first] = vouchers_.try_emplace(
        voucher, voucher << kPhaseBits | static_cast<std::uint64_t>(VoucherPhase::issued));
    const std::uint64_t state = std::exchange(
        place->second, sequence.value << kPhaseBits | static_cast<std::uint64_t>(fact.voucher.phase));
    if (fact.previous.value != state >> kPhaseBits)
        return wrong(
            fmt::format("was last told of at {}, not at {}", state >> kPhaseBits, fact.previous.value));
    const auto phase = static_cast<VoucherPhase>(state & ((1u << kPhaseBits) - 1));
    if (!may_move(before.type, phase))
        return wrong(fmt::format("was {} and cannot become {}", model::voucher_phase_name(phase),
                                 model::voucher_phase_name(fact.voucher.phase)));
    return std::nullopt;
}

}  // namespace tim::runtime
