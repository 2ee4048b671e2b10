#include "tests/support/party_state.h"

#include <fmt/format.h>

#include "engine/runtime/network_queries.h"

namespace tim::tests {

using model::FactType;

namespace {

constexpr std::size_t kLedgerPage = 1'000;
constexpr std::size_t kBrought = 100;

}  // namespace

PartyState party_state(EngineFixture& fixture, model::ProgramId program, model::CustomerId customer) {
    PartyState state;
    state.figures = fixture.show(program, fmt::format("id:{}", customer.value));
    const model::CustomerRef ref{model::KeyKind::id, customer, {}};
    auto& questions = fixture.engine().network();
    const auto vip = questions.vip(program, ref);
    const auto referral = questions.referral(program, ref, kBrought);
    if (!vip || !referral) fail("the network cannot be asked");
    state.wallet = {vip->available.value,
                    vip->pending.value,
                    vip->in_payout.value,
                    vip->earned.value,
                    vip->paid.value,
                    vip->members,
                    vip->recruits_this_month,
                    vip->recruits_closed_month,
                    0};
    state.relations = {static_cast<int>(vip->customer_class), vip->vip.value, referral->referrer.value,
                       referral->brought, referral->points.value};
    return state;
}

std::string describe(const PartyState& state) {
    const auto& w = state.wallet;
    const auto& r = state.relations;
    return fmt::format(
        "{}\n           commission available {} pending {} in payout {} earned {} paid {}, members {} "
        "recruits "
        "{} and {}, class {} under {} brought by {} has brought {} for {}",
        describe(state.figures), w.available, w.pending, w.in_payout, w.earned, w.paid, w.members,
        w.recruits_this_month, w.recruits_closed_month, r.customer_class, r.vip, r.referrer, r.brought,
        r.referral_points);
}

CampaignLimits campaign_limits(EngineFixture& fixture, model::ProgramId program) {
    CampaignLimits limits;
    fixture.commit();
    for (model::Sequence after{};;) {
        const auto page = fixture.engine().ledger(program, after, kLedgerPage);
        if (!page) fail("ledger: " + page.error().message);
        for (const auto& stored : page->facts) {
            const model::Fact& fact = stored.fact;
            if (fact.type == FactType::campaign_budgeted)
                limits.paid[fact.subject.id()] = fact.points_after.value;
            if ((fact.flags & model::kFactCounted) == 0) continue;
            std::int64_t& uses = limits.uses[{fact.party.counterparty, fact.subject.id()}];
            if (fact.type == FactType::campaign_applied) ++uses;
            if (fact.type == FactType::campaign_reduced) --uses;
        }
        after = page->next;
        if (after.value == 0) break;
    }
    std::erase_if(limits.paid, [](const auto& one) { return one.second == 0; });
    std::erase_if(limits.uses, [](const auto& one) { return one.second == 0; });
    return limits;
}

std::string describe(const CampaignLimits& limits) {
    std::string text = "campaigns";
    for (const auto& [campaign, paid] : limits.paid)
        text += fmt::format(" {} paid {}", campaign, paid);
    for (const auto& [key, uses] : limits.uses)
        text += fmt::format(" {} used by {} {} times", key.first, key.second, uses);
    return text;
}

}  // namespace tim::tests
