// Lockstep: what was issued, and where each voucher stands.
#include <fmt/format.h>

#include "engine/runtime/reward_queries.h"
#include "tests/support/lockstep.h"

namespace tim::tests {

using model::CommandKind;
using model::FactType;
using model::Outcome;
using model::ProgramId;
using model::Refusal;
using model::VoucherPhase;

/// The vouchers that a command issued are learnt; why one that a sale named was refused.
std::string Lockstep::compare_issued(const OwnedCommand& command, const Outcome& outcome) {
    const CommandKind kind = command.command.kind;
    const bool redeems = kind == CommandKind::redeem_reward;
    if (outcome.refusal != Refusal::none || outcome.duplicate || (!redeems && !model::sells(kind))) return {};
    const NaiveModel::Accepted& entry = model_.accepted().back();
    std::vector<std::string> expected = entry.granted;
    if (redeems) expected = {entry.command.reward->reward};
    std::vector<std::string> actual;
    Refusal refused = Refusal::none;
    for (const auto& effect : fixture_.engine().effects(outcome.sequence)) {
        if (effect.type == FactType::extra_refused && effect.extra == model::SaleExtra::voucher)
            refused = effect.refusal;
        if (effect.type != FactType::voucher_issued) continue;
        model_.learn_voucher(effect.code, effect.sequence, actual.size());
        actual.push_back(effect.reward);
        note(fmt::format("  voucher {} of {}", effect.code, effect.reward));
    }
    if (actual != expected)
        return fmt::format("{}\n  {} vouchers are issued, expected {}", describe(command), actual.size(),
                           expected.size());
    if (refused != entry.voucher_refusal)
        return fmt::format("{}\n  the voucher is refused {}, expected {}", describe(command),
                           model::refusal_name(refused), model::refusal_name(entry.voucher_refusal));
    if (refused != Refusal::none) ++refusal_counts_[static_cast<std::size_t>(refused)];
    return {};
}

std::string Lockstep::compare_vouchers() {
    fixture_.commit();
    auto& questions = fixture_.engine().rewards();
    for (const NaiveModel::KnownVoucher& known : model_.vouchers()) {
        const std::int64_t now = model_.now(known.program, fixture_.clock().now());
        const NaiveModel::VoucherNow expected = model_.voucher_now(known);
        const auto view = questions.voucher(known.program, known.code);
        if (!view) return "voucher: " + view.error().message;
        VoucherPhase phase = expected.phase;
        if (phase == VoucherPhase::reserved && expected.until <= now) phase = VoucherPhase::issued;
        const std::int64_t ends = model_.voucher_ends(known);
        const bool expired = phase == VoucherPhase::issued && now >= ends;
        if (view->phase == phase && view->expired == expired && view->expires_at.value == ends &&
            view->reward == model_.reward_of(known) && view->id == known.id)
            continue;
        return fmt::format(
            "voucher {} of program {}\n  expected {} of {}, until {}\n  actual   {} of {}, until {}",
            known.code, known.program.value, model::voucher_phase_name(phase), model_.reward_of(known), ends,
            model::voucher_phase_name(view->phase), view->reward, view->expires_at.value);
    }
    for (std::uint16_t program = 1; program <= model_.program_count(); ++program) {
        const auto catalogue = questions.catalogue({program}, {});
        if (!catalogue) return "catalogue: " + catalogue.error().message;
        for (const runtime::RewardView& row : *catalogue) {
            const std::string& id = row.program->rewards[row.place].id;
            if (row.given != model_.given({program}, id))
                return fmt::format("program {}: {} of {} are given out, expected {}", program, row.given, id,
                                   model_.given({program}, id));
        }
    }
    return {};
}

}  // namespace tim::tests
