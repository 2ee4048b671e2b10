// Sixteen threads want the same thing: exactly one gets it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <thread>
#include <vector>

#include "engine/runtime/network_queries.h"
#include "tests/support/reward_shop.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using model::Outcome;
using model::Refusal;

constexpr std::size_t kThreads = 16;
constexpr int kRounds = 40;

runtime::EngineOptions threaded() {
    runtime::EngineOptions options = EngineFixture::stepped();
    options.background_threads = true;
    options.checkpoint_interval_ms = 20;
    return options;
}

/// Lets sixteen threads begin together; each executes its command.
std::vector<Outcome> race(Shop& shop, const std::function<OwnedCommand(std::size_t)>& command) {
    std::vector<Outcome> outcomes(kThreads);
    std::latch ready(kThreads);
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < kThreads; ++i)
        threads.emplace_back([&, i] {
            const OwnedCommand mine = command(i);
            const model::Command view = mine.view();
            ready.arrive_and_wait();
            shop.fixture.engine().execute({&view, 1}, {&outcomes[i], 1});
        });
    threads.clear();
    return outcomes;
}

std::size_t count(const std::vector<Outcome>& outcomes, Refusal refusal) {
    std::size_t result = 0;
    for (const auto& outcome : outcomes)
        result += outcome.refusal == refusal && !outcome.duplicate ? 1U : 0U;
    return result;
}

model::Name race_request(int round, std::size_t i) {
    return request(1'000'000 + static_cast<std::uint64_t>(round) * kThreads + i);
}

TEST(Races, for_one_hold) {
    Shop shop(nhanh_program(), threaded());
    shop.adjust(1'000);
    for (int round = 0; round < kRounds; ++round) {
        const auto hold = shop.hold(10).sequence;
        const auto outcomes = race(shop, [&](std::size_t i) {
            return i % 2 == 0 ? make_capture(shop.program, race_request(round, i), hold)
                              : make_release(shop.program, race_request(round, i), hold);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), 1U);
        EXPECT_EQ(count(outcomes, Refusal::hold_captured) + count(outcomes, Refusal::hold_released),
                  kThreads - 1);
        EXPECT_EQ(shop.figures().held, 0);
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_one_referral_code) {
    Shop shop(lan_toa_program(), threaded());
    for (int round = 0; round < kRounds; ++round) {
        const auto bought = shop.sale(fmt::format("A{}", round), 10'000);
        const std::string code = shop.fixture.engine().effects(bought.sequence).front().code;
        for (std::size_t i = 0; i < kThreads; ++i)
            shop.fixture.enroll(shop.program, fmt::format("card:{}-{}", round, i));
        const std::int64_t before = shop.figures().points;
        const auto outcomes = race(shop, [&](std::size_t i) {
            return make_referred_sale(shop.program, receipt(2, fmt::format("B{}-{}", round, i)),
                                      fmt::format("card:{}-{}", round, i), 10'000, code);
        });
        // Every sale is accepted, and the code pays one of them.
        EXPECT_EQ(count(outcomes, Refusal::none), kThreads);
        std::size_t welcome = 0;
        std::size_t used = 0;
        for (const auto& outcome : outcomes)
            for (const auto& effect : shop.fixture.engine().effects(outcome.sequence)) {
                welcome += effect.type == model::FactType::referral_welcome ? 1U : 0U;
                used += effect.refusal == Refusal::referral_used ? 1U : 0U;
            }
        EXPECT_EQ(welcome, 1U);
        EXPECT_EQ(used, kThreads - 1);
        EXPECT_EQ(shop.figures().points - before, 20);
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_the_last_point_of_a_budget) {
    model::Program rules = nhanh_program();
    rules.campaigns.resize(1);
    model::Campaign& campaign = rules.campaigns[0];
    campaign.id = "gift";
    campaign.then.emplace_back().points = {1};
    campaign.budget_points = model::Points{kRounds};
    Shop shop(rules, threaded());
    for (std::size_t i = 0; i < kThreads; ++i)
        shop.fixture.enroll(shop.program, fmt::format("card:b{}", i));
    // All but one point are paid; whoever gets the last one gives it back for the next round.
    for (int i = 1; i < kRounds; ++i)
        shop.sale(fmt::format("A{}", i), 10'000);
    for (int round = 0; round < kRounds; ++round) {
        const auto outcomes = race(shop, [&](std::size_t i) {
            return make_sale(shop.program, receipt(2, fmt::format("{}-{}", round, i)),
                             fmt::format("card:b{}", i), 10'000);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), kThreads);
        std::size_t winners = 0;
        for (std::size_t i = 0; i < kThreads; ++i) {
            if (outcomes[i].points.value == 1) continue;
            EXPECT_EQ(outcomes[i].points.value, 2);
            ++winners;
            EXPECT_EQ(shop.fixture
                          .execute(make_void(shop.program, receipt(3, fmt::format("V{}", round)),
                                             receipt(2, fmt::format("{}-{}", round, i))))
                          .refusal,
                      Refusal::none);
        }
        ASSERT_EQ(winners, 1U) << "round " << round;
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_the_last_gift) {
    model::Program program = reward_program();
    program.rewards[2].stock = kRounds;
    RewardShop shop(program, threaded());
    for (std::size_t i = 0; i < kThreads; ++i) {
        const std::string card = fmt::format("card:r{}", i);
        shop.fixture.enroll(shop.program, card);
        shop.fixture.execute(make_adjust(shop.program, shop.fixture.fresh_request(), card, 40 * kRounds, 0));
    }
    for (int round = 0; round < kRounds; ++round) {
        // All but one of those that are left, so that sixteen want the last.
        if (round == 0) {
            shop.adjust(40 * kRounds);
            for (int i = 1; i < kRounds; ++i)
                shop.buy("cup");
        }
        const auto outcomes = race(shop, [&](std::size_t i) {
            return make_redeem_reward(shop.program, race_request(round, i), fmt::format("card:r{}", i),
                                      "cup");
        });
        ASSERT_EQ(count(outcomes, Refusal::none), 1U);
        EXPECT_EQ(count(outcomes, Refusal::reward_out_of_stock), kThreads - 1);
        EXPECT_EQ(shop.given("cup"), kRounds);
        for (const Outcome& outcome : outcomes) {
            if (outcome.refusal != Refusal::none) continue;
            EXPECT_EQ(shop.cancel(shop.code_of(outcome)).refusal, Refusal::none);
        }
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_one_voucher) {
    RewardShop shop(reward_program(), threaded());
    shop.adjust(100 * kRounds);
    for (int round = 0; round < kRounds; ++round) {
        const std::string code = shop.buy("v50");
        // Sales are all accepted; used it is once, by one of them or by itself, or cancelled, or reserved
        // first.
        const auto outcomes = race(shop, [&](std::size_t i) {
            if (i % 4 == 0)
                return with_voucher(
                    make_sale(shop.program, receipt(2, fmt::format("{}-{}", round, i)), Who(), 10), code);
            return make_voucher_act(i % 4 == 1   ? model::CommandKind::use_voucher
                                    : i % 4 == 2 ? model::CommandKind::cancel_voucher
                                                 : model::CommandKind::reserve_voucher,
                                    shop.program, race_request(round, i), code);
        });
        std::size_t ended = 0;
        std::size_t reserved = 0;
        for (std::size_t i = 0; i < kThreads; ++i) {
            if (i % 4 == 0) {
                EXPECT_EQ(outcomes[i].refusal, Refusal::none);
                ended += shop.voucher_refused(outcomes[i]) == Refusal::none ? 1U : 0U;
            } else if (outcomes[i].refusal == Refusal::none) {
                ++(i % 4 == 3 ? reserved : ended);
            }
        }
        EXPECT_EQ(ended, 1U) << "used or cancelled, once";
        EXPECT_LE(reserved, 1U);
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_one_order) {
    Shop shop(nhanh_program(), threaded());
    for (int round = 0; round < kRounds; ++round) {
        const model::Name order = receipt(9, fmt::format("W{}", round));
        shop.fixture.execute(make_place_order(shop.program, order, Shop::kCustomer, 100'000));
        const std::int64_t before = shop.figures().points;
        const auto outcomes = race(shop, [&](std::size_t i) {
            return i % 2 == 0 ? make_complete_order(shop.program, race_request(round, i), order)
                              : make_order_change(model::CommandKind::cancel_order, shop.program,
                                                  race_request(round, i), order);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), 1U);
        const std::size_t completed = count(outcomes, Refusal::order_completed);
        EXPECT_EQ(completed + count(outcomes, Refusal::order_cancelled), kThreads - 1);
        EXPECT_EQ(shop.figures().points - before, completed == 0 ? 0 : 10);
        EXPECT_EQ(shop.figures().orders_pending, 0U);
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_one_payout) {
    Shop shop(lan_toa_program(), threaded());
    shop.fixture.execute(make_appoint(shop.program, shop.fixture.fresh_request(), "card:1"));
    for (int round = 0; round < kRounds; ++round) {
        // A member each, for whoever buys so much becomes a VIP, of whom no commission comes.
        const std::string member = fmt::format("card:m{}", round);
        shop.fixture.execute(
            make_enroll_with(shop.program, shop.fixture.fresh_request(), {member}, "card:1", ""));
        shop.sale(fmt::format("A{}", round), 1'000'000, model::kNoInstant, member);
        shop.wait(8 * kDayMs);
        const auto outcomes = race(shop, [&](std::size_t i) {
            return make_payout_request(shop.program, race_request(round, i), "card:1", 30'000);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), 1U);
        EXPECT_EQ(count(outcomes, Refusal::insufficient_commission), kThreads - 1);
        for (const auto& outcome : outcomes) {
            if (outcome.refusal != Refusal::none) continue;
            for (const auto kind : {model::CommandKind::approve_payout, model::CommandKind::pay_payout})
                EXPECT_EQ(shop.fixture
                              .execute(make_payout_end(kind, shop.program, shop.fixture.fresh_request(),
                                                       outcome.sequence))
                              .refusal,
                          Refusal::none);
        }
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

/// A return of an order races with sales of all its parties: the buyer, the VIP above, the referrer.
TEST(Races, of_a_return_with_sales_of_all_its_parties) {
    Shop shop(lan_toa_program(), threaded());
    shop.fixture.execute(make_appoint(shop.program, shop.fixture.fresh_request(), "card:1"));
    shop.fixture.enroll(shop.program, "card:r");
    std::int64_t bought = 0;
    for (int round = 0; round < kRounds; ++round) {
        const auto issued = shop.sale(fmt::format("C{}", round), 10'000, model::kNoInstant, "card:r");
        const std::string code = shop.fixture.engine().effects(issued.sequence).front().code;
        const std::string buyer = fmt::format("card:b{}", round);
        shop.fixture.execute(
            make_enroll_with(shop.program, shop.fixture.fresh_request(), {buyer}, "card:1", code));
        shop.sale(fmt::format("O{}", round), 100'000, model::kNoInstant, buyer);
        const auto outcomes = race(shop, [&](std::size_t i) {
            if (i < 4)
                return make_void(shop.program, receipt(3, fmt::format("V{}-{}", round, i)),
                                 receipt(1, fmt::format("O{}", round)));
            const char* const parties[] = {"card:1", "card:r", nullptr};
            const char* const party = parties[i % 3];
            return make_sale(shop.program, receipt(4, fmt::format("S{}-{}", round, i)),
                             party == nullptr ? buyer : std::string(party), 20'000);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), kThreads - 3);  // one void of four
        EXPECT_EQ(count(outcomes, Refusal::already_returned), 3U);
        for (std::size_t i = 4; i < kThreads; ++i)
            bought += i % 3 == 2 ? 1 : 0;
    }
    // What the returned orders had given is gone; what the others gave is there.
    const auto vip = shop.fixture.engine().network().vip(shop.program, {model::KeyKind::card, {}, "1"});
    ASSERT_TRUE(vip);
    EXPECT_EQ(vip->pending.value, bought * 600);
    const auto referral =
        shop.fixture.engine().network().referral(shop.program, {model::KeyKind::card, {}, "r"}, 1);
    EXPECT_EQ(referral->brought, 0U);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_one_receipt) {
    Shop shop(nhanh_program(), threaded());
    for (int round = 0; round < kRounds; ++round) {
        const auto name = receipt(1, fmt::format("S{}", round));
        const auto same =
            race(shop, [&](std::size_t) { return make_sale(shop.program, name, "card:1", 10'000); });
        EXPECT_EQ(count(same, Refusal::none), 1U);
        for (const auto& outcome : same)
            EXPECT_EQ(outcome.refusal, Refusal::none);

        const auto contested = receipt(2, fmt::format("S{}", round));
        const auto other = race(shop, [&](std::size_t i) {
            return make_sale(shop.program, contested, "card:1", 10'000 + static_cast<std::int64_t>(i));
        });
        EXPECT_EQ(count(other, Refusal::none), 1U);
        EXPECT_EQ(count(other, Refusal::conflict), kThreads - 1);
    }
    EXPECT_EQ(shop.figures().points, 2 * kRounds);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_one_receipt_by_customers_of_other_stripes) {
    Shop shop(nhanh_program(), threaded());
    for (std::size_t i = 2; i <= kThreads; ++i)
        shop.fixture.enroll(shop.program, fmt::format("card:{}", i));
    for (int round = 0; round < kRounds; ++round) {
        const auto name = receipt(1, fmt::format("S{}", round));
        const auto outcomes = race(shop, [&](std::size_t i) {
            return make_sale(shop.program, name, fmt::format("card:{}", i + 1), 10'000);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), 1U);
        EXPECT_EQ(count(outcomes, Refusal::conflict), kThreads - 1);
    }
    std::int64_t points = 0;
    for (std::size_t i = 1; i <= kThreads; ++i)
        points += shop.figures(fmt::format("card:{}", i)).points;
    EXPECT_EQ(points, kRounds);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_one_hold_by_sales) {
    Shop shop(nhanh_program(), threaded());
    shop.adjust(10 * kRounds);
    for (int round = 0; round < kRounds; ++round) {
        const auto hold = shop.hold(10).sequence;
        const auto outcomes = race(shop, [&](std::size_t i) {
            const auto name = receipt(1, fmt::format("H{}-{}", round, i));
            return i % 4 == 0 ? make_capture(shop.program, race_request(round, i), hold)
                              : make_sale_with(shop.program, name, "card:1", 0, hold);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), 1U);
        EXPECT_EQ(count(outcomes, Refusal::hold_captured), kThreads - 1);
    }
    EXPECT_EQ(shop.figures().points, 0);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, for_the_last_points) {
    Shop shop(nhanh_program(), threaded());
    for (int round = 0; round < kRounds; ++round) {
        shop.adjust(50);
        const auto outcomes = race(shop, [&](std::size_t i) {
            return i % 2 == 0 ? make_redeem(shop.program, race_request(round, i), "card:1", 10)
                              : make_hold(shop.program, race_request(round, i), "card:1", 10);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), 5U);
        EXPECT_EQ(count(outcomes, Refusal::insufficient_points), kThreads - 5);
        EXPECT_EQ(shop.figures().spendable, 0);
        for (const auto& outcome : outcomes)
            if (outcome.refusal == Refusal::none && outcome.points.value == 0) shop.capture(outcome.sequence);
        shop.wait(kHourMs);
        const Figures left = shop.figures();
        if (left.points != 0) shop.adjust(-left.points);
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, to_return_one_sale) {
    Shop shop(nhanh_program(), threaded());
    for (int round = 0; round < kRounds; ++round) {
        const auto sale = receipt(1, fmt::format("S{}", round));
        shop.fixture.execute(make_sale(shop.program, sale, "card:1", 100'000));
        const auto outcomes = race(shop, [&](std::size_t i) {
            return make_return(shop.program, receipt(2, fmt::format("{}-{}", round, i)), "card:1", 25'000,
                               sale);
        });
        EXPECT_EQ(count(outcomes, Refusal::none), 4U);
        EXPECT_EQ(count(outcomes, Refusal::return_exceeds_sale), kThreads - 4);
    }
    const Figures figures = shop.figures();
    EXPECT_EQ(figures.points, 0);
    EXPECT_EQ(figures.lifetime, 0);
    EXPECT_EQ(figures.orders, 0U);
    EXPECT_EQ(shop.fixture.verify(), "");
}

TEST(Races, to_enrol_one_key) {
    Shop shop(nhanh_program(), threaded());
    for (int round = 0; round < kRounds; ++round) {
        const auto outcomes = race(shop, [&](std::size_t i) {
            return make_enroll(shop.program, race_request(round, i),
                               {fmt::format("card:own{}-{}", round, i), fmt::format("card:shared{}", round)});
        });
        EXPECT_EQ(count(outcomes, Refusal::none), 1U);
        EXPECT_EQ(count(outcomes, Refusal::key_taken), kThreads - 1);
    }
    EXPECT_EQ(shop.fixture.verify(), "");
}

}  // namespace
}  // namespace tim::tests
