// Lockstep: what campaigns give, and their limits.
#include <fmt/format.h>

#include <algorithm>

#include "tests/support/lockstep.h"
#include "tests/support/party_state.h"

namespace tim::tests {

using model::FactType;
using model::Outcome;
using model::ProgramId;
using model::Refusal;

std::string Lockstep::compare_campaigns(const OwnedCommand& command, const Outcome& outcome) {
    if (command.command.kind != model::CommandKind::sale || outcome.refusal != Refusal::none ||
        outcome.duplicate || outcome.customer.value == 0)
        return {};
    std::string actual;
    for (const auto& effect : fixture_.engine().effects(outcome.sequence))
        if (effect.type == FactType::campaign_applied)
            actual +=
                fmt::format(" {} {} off {}", effect.campaign, effect.points.value, effect.discount.value);
    std::string expected;
    for (const auto& share : model_.earned(model_.accepted().back()).shares)
        expected +=
            fmt::format(" {} {} off {}", share.id, static_cast<std::int64_t>(share.points), share.discount);
    if (expected == actual) return {};
    return fmt::format("{}\n  campaigns give{}\n  expected      {}", describe(command), actual, expected);
}

std::string Lockstep::compare_limits(ProgramId program) {
    // Campaigns are numbered by their ids, in the order in which they appeared.
    std::vector<std::string> ids;
    for (std::uint16_t version = 1; version <= model_.version_count(program); ++version)
        for (const auto& campaign : model_.document(program, version).campaigns)
            if (std::find(ids.begin(), ids.end(), campaign.id) == ids.end()) ids.push_back(campaign.id);
    CampaignLimits expected;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto paid = static_cast<std::int64_t>(model_.campaign_paid(program, ids[i]));
        if (paid != 0) expected.paid[i + 1] = paid;
        for (std::uint64_t customer = 1; customer <= model_.customer_count(program); ++customer)
            if (const auto uses = model_.campaign_uses(program, {customer}, ids[i]); uses != 0)
                expected.uses[{i + 1, customer}] = uses;
    }
    const CampaignLimits actual = campaign_limits(fixture_, program);
    if (actual == expected) return {};
    return fmt::format("program {}\n  expected {}\n  actual   {}", program.value, describe(expected),
                       describe(actual));
}

}  // namespace tim::tests
