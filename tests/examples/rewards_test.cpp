// Rewards and vouchers (S1.9, S2.9; rules.md, Vouchers and gifts).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/reward_shop.h"

namespace tim::tests {
namespace {

using model::FactType;
using model::Instant;
using model::Outcome;
using model::Refusal;
using model::VoucherPhase;
using ::testing::HasSubstr;

TEST(Rewards, S1_9_points_become_a_voucher_for_a_next_payment) {
    RewardShop shop;
    shop.sale("A1", 2'500'000);  // 250 points, Đồng
    const Outcome bought = shop.redeem_for("v50");
    EXPECT_EQ(bought.points.value, -100);
    EXPECT_EQ(bought.balance.value, 150);
    const std::string code = shop.code_of(bought);
    EXPECT_EQ(code.size(), 12U);
    const auto view = shop.voucher(code);
    EXPECT_EQ(view.phase, VoucherPhase::issued);
    EXPECT_EQ(view.reward, "v50");
    EXPECT_EQ(view.value.value, 50'000);
    EXPECT_EQ(view.cost.value, 100);
    EXPECT_EQ(view.customer, shop.customer);

    // As people type it: small letters, blanks and dashes.
    std::string typed = code.substr(0, 4) + "-" + code.substr(4, 4) + " " + code.substr(8);
    std::ranges::transform(typed, typed.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    const Outcome paid = shop.sale_paid_with("A2", 30'000, typed);
    EXPECT_EQ(paid.refusal, Refusal::none);
    EXPECT_EQ(paid.points.value, 3) << "the amount is what was paid; nothing is subtracted from it";
    EXPECT_EQ(shop.voucher_refused(paid), Refusal::none);
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::used);
    EXPECT_EQ(shop.voucher(code).sale, "1/A2");
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Rewards, S1_9_points_become_a_gift_that_is_handed_out_once) {
    RewardShop shop;
    shop.adjust(100);
    const std::string code = shop.buy("cup");
    EXPECT_EQ(shop.voucher(code).kind, model::RewardKind::gift);
    const Outcome sold = shop.sale_paid_with("A1", 10'000, code);
    EXPECT_EQ(sold.refusal, Refusal::none);
    EXPECT_EQ(shop.voucher_refused(sold), Refusal::voucher_is_gift);
    EXPECT_EQ(shop.use(code).refusal, Refusal::none);
    EXPECT_EQ(shop.use(code).refusal, Refusal::voucher_used);
    EXPECT_EQ(shop.voucher(code).sale, "");
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Rewards, S2_9_a_tier_pays_five_percent_fewer_points_for_every_voucher) {
    model::Program program = reward_program();
    program.rewards[0].cost = {99};
    RewardShop shop(program);
    shop.sale("A1", 5'000'000);  // 500 points, Bạc
    EXPECT_EQ(shop.redeem_for("v50").points.value, -95) << "99 × 95 % = 94.05, rounded up";
    shop.sale("A2", 6'000'000);  // Vàng
    EXPECT_EQ(shop.redeem_for("v50").points.value, -90) << "99 × 90 % = 89.1, rounded up";
    const auto rows =
        shop.fixture.engine().rewards().catalogue(shop.program, {model::KeyKind::card, {}, "1"});
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->front().cost.value, 90);
}

TEST(Rewards, the_floor_holds_and_stock_tiers_and_days_are_kept) {
    model::Program program = reward_program();
    program.rewards[0].starts = kMonday;
    program.rewards[0].ends = Instant{kMonday.value + kDayMs};
    RewardShop shop(program);
    shop.adjust(129);
    EXPECT_EQ(shop.redeem_for("vang").refusal, Refusal::reward_other_tier);
    EXPECT_EQ(shop.redeem_for("none").refusal, Refusal::unknown_reward);
    shop.sale("A1", 10'000'000);  // Vàng: 1,129 points, of which 100 stay
    EXPECT_EQ(shop.redeem_for("vang").points.value, -27);
    shop.redeem(966);  // 136 are left, 36 above the floor
    const Outcome floor = shop.redeem_for("v50");
    EXPECT_EQ(floor.refusal, Refusal::insufficient_points);
    EXPECT_EQ(floor.detail, 36);
    EXPECT_EQ(shop.redeem_for("cup").points.value, -36);
    shop.adjust(100);
    EXPECT_EQ(shop.redeem_for("cup").refusal, Refusal::none);
    const Outcome out = shop.redeem_for("cup");
    EXPECT_EQ(out.refusal, Refusal::reward_out_of_stock);
    EXPECT_EQ(out.detail, 2);
    shop.wait(2 * kDayMs);
    EXPECT_EQ(shop.redeem_for("v50").refusal, Refusal::reward_not_offered);
}

TEST(Rewards, a_cancelled_voucher_gives_its_points_back_with_the_expiry_they_had) {
    model::Program program = reward_program();
    program.points.expiry = {model::ExpiryPolicy::months, 3, 0};
    RewardShop shop(program);
    shop.sale("A1", 1'000'000);  // 100 points of this month
    shop.wait(40 * kDayMs);
    shop.sale("A2", 500'000);  // 50 of a later one
    const Figures before = shop.figures();
    const std::string code = shop.buy("v50");
    EXPECT_EQ(shop.figures().points, 50);
    EXPECT_EQ(shop.given("v50"), 1);
    EXPECT_EQ(shop.cancel(code).refusal, Refusal::none);
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.given("v50"), 0);
    EXPECT_EQ(shop.cancel(code).refusal, Refusal::voucher_cancelled);
    EXPECT_EQ(shop.use(code).refusal, Refusal::voucher_cancelled);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Rewards, a_cancelled_gift_is_in_stock_again) {
    RewardShop shop;
    shop.adjust(200);
    const std::string first = shop.buy("cup");
    shop.buy("cup");
    EXPECT_EQ(shop.redeem_for("cup").refusal, Refusal::reward_out_of_stock);
    shop.cancel(first);
    EXPECT_EQ(shop.redeem_for("cup").refusal, Refusal::none);
    EXPECT_EQ(shop.given("cup"), 2);
}

TEST(Vouchers, expire_at_the_end_of_their_last_day) {
    model::Program program = reward_program();
    program.rewards[0].valid_days = 1;
    RewardShop shop(program);
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    const Instant ends = shop.voucher(code).expires_at;
    const auto calendar = model::Calendar::load(program.time_zone);
    EXPECT_EQ(ends, calendar->day_start(kMonday, 2)) << "day 0 is that of the redemption";
    shop.wait(ends.value - 1 - shop.now().value);
    EXPECT_FALSE(shop.voucher(code).expired);
    shop.wait(1);
    EXPECT_TRUE(shop.voucher(code).expired);
    EXPECT_EQ(shop.use(code).refusal, Refusal::voucher_expired);
    EXPECT_EQ(shop.cancel(code).refusal, Refusal::voucher_expired) << "no points come back";
    EXPECT_EQ(shop.reserve(code).refusal, Refusal::voucher_expired);
    // A till that was away used it in time.
    EXPECT_EQ(shop.use(code, Instant{ends.value - 1}).refusal, Refusal::none);
}

TEST(Vouchers, are_reserved_once_at_a_time_and_a_reservation_times_out) {
    RewardShop shop;
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    EXPECT_EQ(shop.release(code).refusal, Refusal::voucher_not_reserved);
    EXPECT_EQ(shop.reserve(code, kMinuteMs).refusal, Refusal::none);
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::reserved);
    EXPECT_EQ(shop.reserve(code).refusal, Refusal::voucher_reserved);
    EXPECT_EQ(shop.cancel(code).refusal, Refusal::voucher_reserved);
    shop.wait(kMinuteMs);
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::issued);
    EXPECT_EQ(shop.release(code).refusal, Refusal::voucher_not_reserved);
    EXPECT_EQ(shop.reserve(code).refusal, Refusal::none);
    EXPECT_EQ(shop.release(code).refusal, Refusal::none);
    EXPECT_EQ(shop.reserve(code).refusal, Refusal::none);
    EXPECT_EQ(shop.use(code).refusal, Refusal::none);
    EXPECT_EQ(shop.release(code).refusal, Refusal::voucher_used);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Vouchers, a_reservation_keeps_what_would_expire_before_the_checkout_is_through) {
    model::Program program = reward_program();
    program.rewards[0].valid_days = 1;
    RewardShop shop(program);
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    shop.wait(shop.voucher(code).expires_at.value - kMinuteMs - shop.now().value);
    shop.reserve(code, 10 * kMinuteMs);
    shop.wait(5 * kMinuteMs);
    EXPECT_EQ(shop.voucher_refused(shop.sale_paid_with("A1", 10'000, code)), Refusal::none);
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::used);
}

TEST(Vouchers, one_that_is_refused_does_not_refuse_the_sale) {
    RewardShop shop;
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    const Outcome first = shop.sale_paid_with("A1", 10'000, code);
    const Outcome again = shop.sale_paid_with("A2", 10'000, code);
    EXPECT_EQ(again.refusal, Refusal::none);
    EXPECT_EQ(shop.voucher_refused(again), Refusal::voucher_used);
    EXPECT_EQ(shop.voucher_refused(shop.sale_paid_with("A3", 10'000, "7K3M9QXWTB2C")),
              Refusal::unknown_voucher);
    // Exactly once: the same receipt tells the first answer, with other content it is a conflict.
    const Outcome repeat = shop.sale_paid_with("A1", 10'000, code);
    EXPECT_TRUE(repeat.duplicate);
    EXPECT_EQ(repeat.sequence, first.sequence);
    EXPECT_EQ(shop.voucher_refused(repeat), Refusal::none);
    EXPECT_EQ(shop.sale("A1", 10'000).refusal, Refusal::conflict);
}

TEST(Vouchers, belong_to_whoever_has_the_code_and_to_one_program) {
    RewardShop shop;
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    shop.fixture.enroll(shop.program, "card:2");
    const model::ProgramId other = shop.fixture.put(nhanh_program("other"));
    EXPECT_FALSE(shop.fixture.engine().rewards().voucher(other, code));
    EXPECT_EQ(shop.voucher_refused(shop.sale_paid_with("A1", 10'000, code, Who())), Refusal::none)
        << "nobody in particular pays with it";
    EXPECT_EQ(shop.voucher(code).sale, "1/A1");
    const std::string second = shop.buy("v50");
    EXPECT_EQ(shop.voucher_refused(shop.sale_paid_with("A2", 10'000, second, "card:2")), Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Vouchers, the_quote_takes_it_off_last) {
    model::Program program = reward_program();
    program.tiers[0].discount = model::Discount{1'000, {}, {}, {}};
    RewardShop shop(program);
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    const auto quote = [&](std::int64_t amount) {
        return shop.fixture.execute(with_voucher(make_balance(shop.program, Shop::kCustomer, amount), code));
    };
    const Outcome large = quote(200'000);
    EXPECT_EQ(large.detail, 20'000 + 50'000);
    EXPECT_EQ(large.points.value, 13) << "of the 130,000 that are paid";
    EXPECT_EQ(quote(40'000).detail, 40'000) << "never more than is left";
    EXPECT_EQ(quote(40'000).points.value, 0);
    shop.use(code);
    EXPECT_EQ(quote(200'000).refusal, Refusal::voucher_used);
}

TEST(Vouchers, a_full_return_gives_back_the_one_that_paid) {
    RewardShop shop;
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    const Figures before = shop.figures();
    shop.sale_paid_with("A1", 100'000, code);
    shop.give_back("R1", 40'000, "A1");
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::used) << "some of the goods are kept";
    shop.give_back("R2", 60'000, "A1");
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::issued);
    EXPECT_EQ(shop.voucher(code).sale, "");
    EXPECT_EQ(shop.figures(), before);
    EXPECT_EQ(shop.voucher_refused(shop.sale_paid_with("A2", 100'000, code)), Refusal::none);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Vouchers, of_an_anonymous_sale_come_back_too) {
    RewardShop shop;
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    shop.sale_paid_with("A1", 100'000, code, Who());
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::issued);
    EXPECT_EQ(shop.fixture.verify(), "");
}

model::Program campaign_program() {
    model::Program program = reward_program();
    model::Campaign& campaign = program.campaigns.emplace_back();
    campaign.id = "thanks";
    campaign.when.kind = model::ConditionKind::amount_from;
    campaign.when.amount = {100'000};
    campaign.then.resize(1);
    campaign.then[0].kind = model::EffectKind::voucher;
    campaign.then[0].reward = "v50";
    return program;
}

std::string granted(RewardShop& shop, const Outcome& sale) {
    for (const model::Effect& effect : shop.fixture.engine().effects(sale.sequence))
        if (effect.type == FactType::voucher_granted) return effect.code;
    return {};
}

TEST(Vouchers, a_campaign_gives_one_with_a_sale_and_a_full_return_takes_it) {
    RewardShop shop(campaign_program());
    EXPECT_EQ(granted(shop, shop.sale("A0", 99'999)), "");
    const Outcome sold = shop.sale("A1", 100'000);
    const std::string code = granted(shop, sold);
    ASSERT_NE(code, "");
    EXPECT_EQ(sold.points.value, 10);
    EXPECT_EQ(shop.voucher(code).cost.value, 0);
    EXPECT_TRUE(shop.voucher(code).by_campaign);
    EXPECT_EQ(shop.given("v50"), 1);
    shop.give_back("R1", 50'000, "A1");
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::issued);
    shop.give_back("R2", 50'000, "A1");
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::withdrawn);
    EXPECT_EQ(shop.use(code).refusal, Refusal::voucher_withdrawn);
    EXPECT_EQ(shop.given("v50"), 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Vouchers, one_of_a_campaign_that_was_used_stays_used) {
    RewardShop shop(campaign_program());
    const std::string code = granted(shop, shop.sale("A1", 100'000));
    shop.sale_paid_with("A2", 10'000, code);
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::used);
    EXPECT_EQ(shop.given("v50"), 1);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Vouchers, campaigns_stop_where_the_stock_ends) {
    model::Program program = campaign_program();
    program.rewards[0].stock = 3;
    program.campaigns.push_back(program.campaigns[0]);
    program.campaigns[1].id = "again";
    RewardShop shop(program);
    const auto count = [&](const Outcome& sale) {
        return std::ranges::count(shop.fixture.engine().effects(sale.sequence), FactType::voucher_granted,
                                  &model::Effect::type);
    };
    EXPECT_EQ(count(shop.sale("A1", 100'000)), 2);
    EXPECT_EQ(count(shop.sale("A2", 100'000)), 1);
    EXPECT_EQ(count(shop.sale("A3", 100'000)), 0);
    EXPECT_EQ(shop.given("v50"), 3);
    shop.void_sale("V1", "A1");
    EXPECT_EQ(shop.given("v50"), 1);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Vouchers, complete_an_order_and_come_back_with_it) {
    RewardShop shop;
    shop.adjust(200);
    const std::string code = shop.buy("v50");
    shop.fixture.execute(make_place_order(shop.program, receipt(9, "W1"), Shop::kCustomer, 80'000));
    const Outcome completed = shop.fixture.execute(with_voucher(
        make_complete_order(shop.program, shop.fixture.fresh_request(), receipt(9, "W1")), code));
    EXPECT_EQ(shop.voucher_refused(completed), Refusal::none);
    EXPECT_EQ(shop.voucher(code).sale, "9/W1");
    shop.fixture.execute(make_void(shop.program, receipt(1, "V1"), receipt(9, "W1")));
    EXPECT_EQ(shop.voucher(code).phase, VoucherPhase::issued);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Vouchers, are_listed_and_told_in_history_and_explanation) {
    RewardShop shop;
    shop.sale("A0", 5'000'000);  // Bạc
    const Outcome bought =
        shop.fixture.execute(make_redeem_reward(shop.program, receipt(1, "D1"), Shop::kCustomer, "v50"));
    const std::string code = shop.code_of(bought);
    shop.sale_paid_with("A1", 10'000, code);
    shop.fixture.commit();
    const auto listed = shop.vouchers();
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].code, code);
    EXPECT_EQ(listed[0].sale, "1/A1");
    const auto history =
        shop.fixture.engine().history(shop.program, {model::KeyKind::card, {}, "1"}, {}, 100);
    ASSERT_TRUE(history);
    std::vector<std::string> reasons;
    for (const auto& entry : *history)
        if (!entry.reason.empty()) reasons.push_back(entry.reason);
    EXPECT_THAT(reasons, ::testing::ElementsAre("v50, code " + code, "v50, code " + code));
    const auto explained = shop.fixture.engine().explain(shop.program, receipt(1, "D1"));
    ASSERT_TRUE(explained);
    EXPECT_EQ(explained->lines[0].points.value, -95);
    EXPECT_EQ(explained->lines[0].rule, "rewards[0].cost_points");
    EXPECT_EQ(explained->lines[0].arithmetic, "100 − floor(100 × 500 / 10000) = 95");
    EXPECT_THAT(explained->lines[0].sentence, HasSubstr("are exchanged for v50"));
}

TEST(Vouchers, survive_a_crash_and_a_checkpoint) {
    RewardShop shop(campaign_program());
    shop.adjust(500);
    const std::string used = shop.buy("v50");
    const std::string reserved = shop.buy("v50");
    const std::string cup = shop.buy("cup");
    shop.use(used);
    shop.reserve(reserved, kHourMs);
    ASSERT_TRUE(shop.fixture.engine().checkpoint());
    const std::string later = granted(shop, shop.sale("A1", 100'000));
    shop.fixture.commit();
    for (const bool clean : {false, true}) {
        if (clean)
            shop.fixture.stop_and_reopen();
        else
            shop.fixture.crash_and_reopen();
        EXPECT_EQ(shop.voucher(used).phase, VoucherPhase::used);
        EXPECT_EQ(shop.voucher(reserved).phase, VoucherPhase::reserved);
        EXPECT_EQ(shop.voucher(cup).phase, VoucherPhase::issued);
        EXPECT_EQ(shop.voucher(later).phase, VoucherPhase::issued);
        EXPECT_EQ(shop.given("v50"), 3);
        EXPECT_EQ(shop.given("cup"), 1);
        EXPECT_EQ(shop.fixture.verify(), "");
    }
}

TEST(Vouchers, a_code_is_of_one_kind_and_cannot_be_guessed) {
    model::Program program = lan_toa_program();
    program.rewards = reward_program().rewards;
    program.rewards[1].tiers.clear();
    RewardShop shop(program);
    const Outcome sold = shop.sale("A1", 5'000'000);
    const std::string referral = shop.fixture.engine().effects(sold.sequence).front().code;
    ASSERT_NE(referral, "");
    EXPECT_EQ(shop.use(referral).refusal, Refusal::unknown_voucher);
    const std::string code = shop.buy("cup");
    shop.fixture.enroll(shop.program, "card:2");
    const Outcome referred =
        shop.fixture.execute(make_referred_sale(shop.program, receipt(1, "B1"), "card:2", 500'000, code));
    bool unknown = false;
    for (const model::Effect& effect : shop.fixture.engine().effects(referred.sequence))
        unknown = unknown || effect.refusal == Refusal::referral_unknown;
    EXPECT_TRUE(unknown);
}

TEST(Vouchers, a_request_is_done_once) {
    RewardShop shop;
    shop.adjust(300);
    const OwnedCommand redeem = make_redeem_reward(shop.program, request(7), Shop::kCustomer, "v50");
    const Outcome first = shop.fixture.execute(redeem);
    const Outcome again = shop.fixture.execute(redeem);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.sequence, first.sequence);
    EXPECT_EQ(shop.code_of(again), shop.code_of(first));
    EXPECT_EQ(shop.figures().points, 200);
    EXPECT_EQ(
        shop.fixture.execute(make_redeem_reward(shop.program, request(7), Shop::kCustomer, "cup")).refusal,
        Refusal::conflict);
    const std::string code = shop.code_of(first);
    const OwnedCommand use =
        make_voucher_act(model::CommandKind::use_voucher, shop.program, request(8), code);
    EXPECT_EQ(shop.fixture.execute(use).refusal, Refusal::none);
    EXPECT_TRUE(shop.fixture.execute(use).duplicate);
}

}  // namespace
}  // namespace tim::tests
