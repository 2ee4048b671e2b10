#include "engine/core/override_book.h"
#include "engine/core/wallet_book.h"
#include "examples/refusal_cases.h"
#include "tests/support/network_shop.h"

namespace tim::tests {
namespace {

using model::CommandKind;
using model::Outcome;
using model::Refusal;
using model::Sequence;

/// The VIP has 30,000 of commission to be paid out.
struct RichShop : NetworkShop {
    explicit RichShop(const model::Program& document = lan_toa_program()) : NetworkShop(document) {
        sale("A1", 1'000'000, model::kNoInstant, "card:2");
        wait(7 * kDayMs);
    }
    Sequence payout(CommandKind ended_by = CommandKind::request_payout) {
        const Sequence id = request_payout(1'000).sequence;
        if (ended_by != CommandKind::request_payout) end_payout(ended_by, id);
        return id;
    }
};

Outcome by_hand(Shop& shop, const std::string& tier) {
    const model::Instant until = tier.empty() ? model::kNoInstant : hanoi("2024-06-01");
    return shop.fixture.execute(
        make_override(shop.program, shop.fixture.fresh_request(), Shop::kCustomer, tier, until));
}

/// `card:1` has bought A0, which came with a code; `card:2` has an account and no order.
struct InvitingShop : Shop {
    explicit InvitingShop(const model::Program& document = lan_toa_program()) : Shop(document) {
        fixture.clock().set(hanoi("2024-01-10T09:00:00"));
        buy("A0", "card:1", {});
        fixture.enroll(program, "card:2");
    }
    std::string code(const std::string& number = "A0") {
        fixture.commit();
        return fixture.engine().network().code(program, receipt(1, number))->code;
    }
    /// What the code was refused for.
    Refusal buy(const std::string& number, const Who& who, const std::string& code,
                const std::string& payment = "visa-1") {
        const Outcome outcome =
            fixture.execute(make_referred_sale(program, receipt(1, number), who, 100'000, code, payment));
        EXPECT_EQ(outcome.refusal, Refusal::none) << "the sale is accepted";
        for (const auto& effect : fixture.engine().effects(outcome.sequence))
            if (effect.type == model::FactType::extra_refused) return effect.refusal;
        return Refusal::none;
    }
};

}  // namespace

const RefusalCases& cases_of_parties() {
    static const RefusalCases cases = {
        {Refusal::unknown_tier,
         [] {
             Shop shop;
             shop.fixture.clock().set(hanoi("2024-01-10"));
             return by_hand(shop, "kim-cuong");
         }},
        {Refusal::too_many_overrides,
         [] {
             Shop shop;
             shop.fixture.clock().set(hanoi("2024-01-10"));
             for (std::size_t i = 0; i < core::kMaxTierOverrides; ++i)
                 by_hand(shop, "vang");
             return by_hand(shop, "vang");
         }},
        {Refusal::no_override,
         [] {
             Shop shop;
             return by_hand(shop, {});
         }},
        {Refusal::network_off,
         [] {
             Shop shop;
             return shop.fixture.execute(make_appoint(shop.program, request(1), Shop::kCustomer));
         }},
        {Refusal::unknown_vip, [] { return NetworkShop().recruit("card:3", "card:99"); }},
        {Refusal::not_a_vip, [] { return NetworkShop().recruit("card:3", "card:2"); }},
        {Refusal::already_vip, [] { return NetworkShop().appoint("card:1"); }},
        {Refusal::network_cycle,
         [] {
             NetworkShop shop;
             shop.appoint("card:2");
             return shop.move("card:1", "card:2");
         }},
        {Refusal::same_vip, [] { return NetworkShop().move("card:2", "card:1"); }},
        {Refusal::unknown_payout, [] { return NetworkShop().end_payout(CommandKind::approve_payout, {1}); }},
        {Refusal::payout_closed,
         [] {
             RichShop shop;
             return shop.end_payout(CommandKind::approve_payout, shop.payout(CommandKind::fail_payout));
         }},
        {Refusal::payout_approved,
         [] {
             RichShop shop;
             return shop.end_payout(CommandKind::approve_payout, shop.payout(CommandKind::approve_payout));
         }},
        {Refusal::payout_not_approved,
         [] {
             RichShop shop;
             return shop.end_payout(CommandKind::pay_payout, shop.payout());
         }},
        {Refusal::payout_below_minimum,
         [] {
             model::Program document = lan_toa_program();
             document.network->payout.min_amount = {10'000};
             return RichShop(document).request_payout(9'999);
         }},
        {Refusal::too_many_payouts,
         [] {
             RichShop shop;
             for (std::size_t i = 0; i < core::kMaxOpenPayouts; ++i)
                 shop.payout();
             return shop.request_payout(1'000);
         }},
        {Refusal::insufficient_commission, [] { return NetworkShop().request_payout(); }},
    };
    return cases;
}

const std::map<Refusal, std::function<Refusal()>>& cases_of_extras() {
    static const std::map<Refusal, std::function<Refusal()>> cases = {
        {Refusal::referral_off,
         [] {
             InvitingShop shop(nhanh_program());
             return shop.buy("B1", "card:2", "7K3M9QXWTB2C");
         }},
        {Refusal::referral_unknown, [] { return InvitingShop().buy("B1", "card:2", "7K3M9QXWTB2C"); }},
        {Refusal::referral_own,
         [] {
             InvitingShop shop;
             return shop.buy("A1", "card:1", shop.code());
         }},
        {Refusal::referral_not_first,
         [] {
             InvitingShop shop;
             shop.buy("B1", "card:2", {});
             return shop.buy("B2", "card:2", shop.code());
         }},
        {Refusal::referral_expired,
         [] {
             InvitingShop shop;
             shop.wait(31 * kDayMs);
             return shop.buy("B1", "card:2", shop.code());
         }},
        {Refusal::referral_used,
         [] {
             InvitingShop shop;
             shop.buy("B1", "card:2", shop.code(), "visa-2");
             shop.fixture.enroll(shop.program, "card:3");
             return shop.buy("C1", "card:3", shop.code(), "visa-3");
         }},
        {Refusal::referral_same_payment,
         [] {
             InvitingShop shop;
             return shop.buy("B1", "card:2", shop.code(), "visa-1");
         }},
        {Refusal::referral_cap,
         [] {
             model::Program document = lan_toa_program();
             document.referral->cap_per_month = 1;
             InvitingShop shop(document);
             shop.buy("A1", "card:1", {});
             shop.buy("B1", "card:2", shop.code(), "visa-2");
             shop.fixture.enroll(shop.program, "card:3");
             return shop.buy("C1", "card:3", shop.code("A1"), "visa-3");
         }},
        {Refusal::referral_too_small,
         [] {
             model::Program document = lan_toa_program();
             document.referral->min_amount = {100'001};
             InvitingShop shop(document);
             return shop.buy("B1", "card:2", shop.code(), "visa-2");
         }},
    };
    return cases;
}

}  // namespace tim::tests
