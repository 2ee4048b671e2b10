#include "engine/core/standing.h"

#include <algorithm>

#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::ErrorKind;
using model::failure;

Result<StandingView> EngineImpl::standing(model::ProgramId id, const model::CustomerRef& customer) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    const core::Rules* rules = nullptr;
    const core::CustomerRecord record = settled_now(*program, *found, rules).record;
    const model::Instant now = now_of(*program, clock_.now());
    StandingView view;
    view.id = *found;
    view.version = rules->version();
    view.program = rules->shared_program();
    view.tier = record.tier;
    const auto& tiers = view.program->tiers;
    const auto count = static_cast<std::uint8_t>(tiers.size());  // at most kMaxTiers
    for (std::uint8_t index = 0; index < count; ++index) {
        const model::Tier& tier = tiers[index];
        const bool held = index == record.tier;
        if (!held && (!tier.active || !tier.visible)) continue;
        const model::Criterion criterion = view.program->criterion_of(tier);
        const std::int64_t figure = rules->figure(criterion, record);
        TierStanding& standing = view.tiers.emplace_back();
        standing.index = index;
        standing.figure = figure;
        standing.missing = figure >= tier.min ? 0 : model::checked_sub(tier.min, figure).value_or(INT64_MAX);
        standing.sale = core::sale_to_reach(*rules, record, now, index);
        // Off, no tier is the next: none moves (S5.6).
        if (index <= record.tier || view.next || !rules->enabled()) continue;
        view.next = index;
        view.counts_until = core::counts_until(*rules, record, now, criterion);
    }
    if (!wait_durable(record.last)) return failure(ErrorKind::io, "a commit failed");
    return view;
}

}  // namespace tim::runtime
