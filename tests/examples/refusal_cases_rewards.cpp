#include <fmt/format.h>

#include "engine/core/rewards.h"
#include "examples/refusal_cases.h"
#include "tests/support/reward_shop.h"

namespace tim::tests {
namespace {

using model::Outcome;
using model::Refusal;

/// With points for some.
struct RichShop : RewardShop {
    explicit RichShop(const model::Program& rules = reward_program()) : RewardShop(rules) { adjust(1'000); }
};

}  // namespace

const RefusalCases& cases_of_rewards() {
    static const RefusalCases cases = {
        {Refusal::unknown_reward, [] { return RichShop().redeem_for("none"); }},
        {Refusal::reward_not_offered,
         [] {
             model::Program program = reward_program();
             program.rewards[0].ends = kMonday;
             return RichShop(program).redeem_for("v50");
         }},
        {Refusal::reward_other_tier, [] { return RichShop().redeem_for("vang"); }},
        {Refusal::reward_out_of_stock,
         [] {
             RichShop shop;
             shop.buy("cup");
             shop.buy("cup");
             return shop.redeem_for("cup");
         }},
        {Refusal::unknown_voucher, [] { return RichShop().use("7K3M9QXWTB2C"); }},
        {Refusal::voucher_used,
         [] {
             RichShop shop;
             const std::string code = shop.buy("v50");
             shop.use(code);
             return shop.cancel(code);
         }},
        {Refusal::voucher_cancelled,
         [] {
             RichShop shop;
             const std::string code = shop.buy("v50");
             shop.cancel(code);
             return shop.reserve(code);
         }},
        {Refusal::voucher_withdrawn,
         [] {
             model::Program program = reward_program();
             program.campaigns.resize(1);
             program.campaigns[0].id = "thanks";
             program.campaigns[0].then.resize(1);
             program.campaigns[0].then[0].kind = model::EffectKind::voucher;
             program.campaigns[0].then[0].reward = "v50";
             RichShop shop(program);
             shop.sale("A1", 10);
             const std::string code = shop.vouchers().front().code;
             shop.void_sale("V1", "A1");
             return shop.use(code);
         }},
        {Refusal::voucher_expired,
         [] {
             RichShop shop;
             const std::string code = shop.buy("v50");
             shop.wait(32 * kDayMs);
             return shop.use(code);
         }},
        {Refusal::voucher_reserved,
         [] {
             RichShop shop;
             const std::string code = shop.buy("v50");
             shop.reserve(code);
             return shop.reserve(code);
         }},
        {Refusal::voucher_not_reserved,
         [] {
             RichShop shop;
             return shop.release(shop.buy("v50"));
         }},
        {Refusal::voucher_is_gift,
         [] {
             RichShop shop;
             return shop.fixture.execute(
                 with_voucher(make_balance(shop.program, Shop::kCustomer, 10), shop.buy("cup")));
         }},
        {Refusal::too_many_rewards,
         [] {
             EngineFixture fixture;
             Outcome outcome;
             for (std::size_t version = 0; outcome.refusal == Refusal::none; ++version) {
                 model::Program program = nhanh_program();
                 program.rewards.resize(model::kMaxRewards);
                 for (std::size_t i = 0; i < program.rewards.size(); ++i) {
                     program.rewards[i].id = fmt::format("r{}-{}", version, i);
                     program.rewards[i].cost = {1};
                     program.rewards[i].value = {1};
                 }
                 outcome = fixture.execute(make_put_program(fixture.fresh_request(), program));
             }
             return outcome;
         }},
    };
    return cases;
}

}  // namespace tim::tests
