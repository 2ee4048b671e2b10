// Every refusal of the list is provoked, by the engine as it runs where that can be: a new one fails here
// until it has a case. Borders, details and the order of the ladder are ladder_test.cpp's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/core/customer_table.h"
#include "engine/core/decide.h"
#include "engine/core/state.h"
#include "examples/refusal_cases.h"
#include "protocol/codec/limits.h"
#include "protocol/server/server.h"
#include "tests/support/shop.h"
#include "unit/server/caller.h"
#include "unit/server/test_keys.h"

namespace tim::tests {
namespace {

static_assert(codec::kMaxHoldMs == core::kMaxHoldMs, "clients know how long a hold may last");

using model::CommandKind;
using model::kNoInstant;
using model::Outcome;
using model::Refusal;

constexpr Refusal kAll[] = {
#define TIM_REFUSAL_VALUE(name, code, sentence) Refusal::name,
    TIM_REFUSALS(TIM_REFUSAL_VALUE)
#undef TIM_REFUSAL_VALUE
};

Outcome put(Shop& shop, std::uint64_t number, const model::Program& program) {
    return shop.fixture.execute(make_put_program(request(number), program));
}

OwnedCommand about_access_key(CommandKind kind, std::uint64_t number, model::AccessKey key) {
    OwnedCommand command;
    command.command.kind = kind;
    command.command.name = request(number);
    command.access_key = std::make_shared<const model::AccessKey>(std::move(key));
    return command;
}

model::AccessKey till_key() {
    return server::test::key_of("till", model::Role::pos);
}

/// Roles are the server's business: a till asks it for what only a checkout may do.
Outcome not_allowed() {
    Shop shop;
    shop.fixture.execute(about_access_key(CommandKind::add_access_key, 1, till_key()));
    shop.fixture.commit();
    SeededEntropy entropy(7);
    auto listener = server::Listener::open({"127.0.0.1", 0}, {});
    if (!listener) fail(listener.error().message);
    const auto created = server::Server::create({}, std::move(*listener), shop.fixture.engine(), entropy);
    if (!created || !(*created)->start()) fail("the server does not start");
    server::test::PlainCaller till((*created)->port(), server::test::secret_of("till"));
    if (!till.authenticate()) fail("the till's key is not let in");
    till.client().command(1, CommandKind::hold, "nhanh");
    till.send();
    const auto replies = till.receive();
    const auto* rows = replies.at(0).reply->body_as_CommandResults();
    if (rows == nullptr) fail("the row is not answered");
    Outcome outcome;
    outcome.refusal = static_cast<Refusal>(rows->rows()->Get(0)->refusal());
    return outcome;
}

/// Nothing is committed, so what waits for the disk fills its buffer.
Outcome overloaded() {
    Shop shop;
    std::vector<OwnedCommand> commands(1'000, make_sale(shop.program, {}, Shop::kCustomer, 1));
    for (std::uint64_t number = 0; number < 1'000'000;) {
        for (OwnedCommand& command : commands)
            command.command.name = receipt(1, fmt::format("{}", ++number));
        const Outcome last = shop.fixture.execute(commands).back();
        if (last.refusal != Refusal::none) return last;
    }
    return {};
}

/// Programs of other names, or versions of one, until one is refused.
Outcome put_until_refused(std::size_t most, const std::function<void(model::Program&, std::size_t)>& change) {
    Shop shop;
    model::Program program = nhanh_program();
    for (std::size_t i = 0; i < most; ++i) {
        change(program, i);
        const Outcome outcome = put(shop, i + 1, program);
        shop.fixture.commit();
        if (outcome.refusal != Refusal::none) return outcome;
    }
    return {};
}

model::Sequence open_hold(Shop& shop, std::int64_t ttl_ms = 0) {
    shop.adjust(100);
    return shop.hold(5, ttl_ms).sequence;
}

const RefusalCases kCases = {
    {Refusal::invalid_name, [] { return Shop().sale("", 1); }},
    {Refusal::invalid_amount, [] { return Shop().sale("S", -1); }},
    {Refusal::invalid_points, [] { return Shop().hold(0); }},
    {Refusal::invalid_key, [] { return Shop().sale("S", 1, kNoInstant, "phone:12"); }},
    {Refusal::invalid_time, [] { return Shop().hold(1, -1); }},
    {Refusal::invalid_command, [] { return Shop().adjust(0); }},
    {Refusal::not_allowed, not_allowed},
    {Refusal::unknown_program,
     [] { return Shop().fixture.execute(make_sale({77}, receipt(1, "S"), "card:1", 1)); }},
    {Refusal::currency_fixed,
     [] {
         Shop shop;
         model::Program program = nhanh_program();
         program.currency = {"GBP", 2};
         return put(shop, 1, program);
     }},
    {Refusal::invalid_program,
     [] {
         Shop shop;
         model::Program program = nhanh_program();
         program.tiers.clear();
         return put(shop, 1, program);
     }},
    {Refusal::conflict,
     [] {
         Shop shop;
         shop.sale("S", 1);
         return shop.sale("S", 2);
     }},
    {Refusal::overloaded, overloaded},
    {Refusal::disk_full,
     [] {
         Shop shop;
         shop.fixture.store().ledger().set_capacity_bytes(0);
         return shop.sale("S", 1);
     }},
    {Refusal::stopping,
     [] {
         Shop shop;
         if (!shop.fixture.engine().stop()) fail("the engine does not stop");
         return shop.sale("S", 1);
     }},
    {Refusal::too_late,
     [] {
         Shop shop;
         return shop.sale("S", 1, {shop.now().value - 31 * kDayMs});
     }},
    {Refusal::in_the_future,
     [] {
         Shop shop;
         return shop.sale("S", 1, {shop.now().value + kHourMs});
     }},
    {Refusal::unknown_customer, [] { return Shop().sale("S", 1, kNoInstant, "card:2"); }},
    {Refusal::key_taken,
     [] {
         Shop shop;
         return shop.fixture.execute(make_enroll(shop.program, request(1), {Shop::kCustomer}));
     }},
    {Refusal::too_many_keys,
     [] {
         Shop shop;
         std::vector<Who> keys;
         for (int i = 0; i < 9; ++i)
             keys.emplace_back(fmt::format("card:k{}", i));
         return shop.fixture.execute(make_enroll(shop.program, request(1), keys));
     }},
    // By the engine this would take 34 GB of records.
    {Refusal::too_many_customers,
     [] {
         Outcome outcome;
         outcome.refusal = core::check_enrollment(1, core::kMaxCustomers).refusal;
         return outcome;
     }},
    {Refusal::unknown_receipt, [] { return Shop().give_back("R", 1, "S"); }},
    {Refusal::not_a_sale,
     [] {
         Shop shop;
         shop.give_back("R", 1);
         return shop.give_back("R2", 1, "R");
     }},
    {Refusal::other_customer,
     [] {
         Shop shop;
         shop.sale("S", 1);
         return shop.give_back("R", 1, "S", kNoInstant, "");
     }},
    {Refusal::return_too_late,
     [] {
         Shop shop;
         shop.sale("S", 1);
         shop.wait(366 * kDayMs);
         return shop.give_back("R", 1, "S");
     }},
    {Refusal::already_returned,
     [] {
         Shop shop;
         shop.sale("S", 2);
         shop.give_back("R", 1, "S");
         return shop.void_sale("V", "S");
     }},
    {Refusal::return_exceeds_sale,
     [] {
         Shop shop;
         shop.sale("S", 1);
         return shop.give_back("R", 2, "S");
     }},
    {Refusal::unknown_hold, [] { return Shop().capture({999}); }},
    {Refusal::hold_captured,
     [] {
         Shop shop;
         const auto hold = open_hold(shop);
         shop.capture(hold);
         return shop.release(hold);
     }},
    {Refusal::hold_released,
     [] {
         Shop shop;
         const auto hold = open_hold(shop);
         shop.release(hold);
         return shop.capture(hold);
     }},
    {Refusal::hold_expired,
     [] {
         Shop shop;
         const auto hold = open_hold(shop, 1);
         shop.wait(1);
         return shop.capture(hold);
     }},
    {Refusal::capture_exceeds_hold,
     [] {
         Shop shop;
         return shop.capture(open_hold(shop), 6);
     }},
    {Refusal::too_many_holds,
     [] {
         Shop shop;
         shop.adjust(100);
         for (std::size_t i = 0; i < core::kMaxOpenHolds; ++i)
             shop.hold(1);
         return shop.hold(1);
     }},
    {Refusal::insufficient_points, [] { return Shop().redeem(1); }},
    {Refusal::overflow,
     [] {
         Shop shop;
         shop.adjust(INT64_MAX);
         return shop.adjust(1);
     }},
    {Refusal::unknown_access_key,
     [] { return Shop().fixture.execute(about_access_key(CommandKind::revoke_access_key, 1, till_key())); }},
    {Refusal::access_key_exists,
     [] {
         Shop shop;
         shop.fixture.execute(about_access_key(CommandKind::add_access_key, 1, till_key()));
         return shop.fixture.execute(about_access_key(CommandKind::add_access_key, 2, till_key()));
     }},
    // Each begins with room for customers: some 2 GB for all of them.
    {Refusal::too_many_programs,
     [] {
         return put_until_refused(core::kMaxPrograms, [](model::Program& program, std::size_t i) {
             program.id = fmt::format("shop-{}", i);
         });
     }},
    {Refusal::too_many_campaigns,
     [] {
         return put_until_refused(core::kMaxCampaignNumbers, [](model::Program& program, std::size_t i) {
             program.campaigns.assign(model::kMaxCampaigns, {});
             for (std::size_t number = 0; number < model::kMaxCampaigns; ++number) {
                 program.campaigns[number].id = fmt::format("c{}-{}", i, number);
                 program.campaigns[number].then.resize(1);
                 program.campaigns[number].then[0].points = {1};
             }
         });
     }},
    {Refusal::invalid_lines,
     [] {
         return Shop().sale_of("S", 1, {{"", 1, {1}, {}}});
     }},
    {Refusal::amount_exceeds_lines,
     [] {
         return Shop().sale_of("S", 21, {{"tea", 2, {10}, {}}});
     }},
    {Refusal::unknown_line,
     [] {
         Shop shop;
         shop.sale_of("S", 20, {{"tea", 2, {10}, {}}});
         return shop.give_back_lines("R", "S", {{"cup", 1, model::kAnyPrice, {}}});
     }},
    {Refusal::return_exceeds_line,
     [] {
         Shop shop;
         shop.sale_of("S", 20, {{"tea", 2, {10}, {}}});
         return shop.give_back_lines("R", "S", {{"tea", 3, model::kAnyPrice, {}}});
     }},
    {Refusal::line_amount_differs,
     [] {
         Shop shop;
         shop.sale_of("S", 20, {{"tea", 2, {10}, {}}});
         return shop.give_back_lines("R", "S", {{"tea", 1, model::kAnyPrice, {}}}, 11);
     }},
    {Refusal::version_moved,
     [] {
         Shop shop;
         OwnedCommand put = make_put_program(request(1), nhanh_program("other"));
         shop.fixture.execute(put);
         model::Program changed = nhanh_program("other");
         changed.name = "Other";
         put = make_put_program(request(2), changed);
         put.command.follows = {7};
         return shop.fixture.execute(put);
     }},
    {Refusal::other_hold,
     [] {
         Shop shop;
         shop.fixture.enroll(shop.program, "card:2");
         return shop.sale_with("S", 10'000, open_hold(shop), "card:2");
     }},
    {Refusal::too_many_versions,
     [] {
         return put_until_refused(core::kMaxVersions, [](model::Program& program, std::size_t i) {
             program.name = fmt::format("Version {}", i);
         });
     }},
};

class Refusals : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refusals, IsProvoked) {
    // Of an extra: the sale is accepted without it, and its answer tells why.
    if (const auto extra = cases_of_extras().find(GetParam()); extra != cases_of_extras().end()) {
        EXPECT_EQ(model::refusal_name(extra->second()), model::refusal_name(GetParam()));
        return;
    }
    const RefusalCases* cases = nullptr;
    for (const RefusalCases* some : {&kCases, &cases_of_parties(), &cases_of_orders(), &cases_of_relations(),
                                     &cases_of_rewards(), &cases_of_care(), &cases_of_people()})
        if (some->contains(GetParam())) cases = some;
    ASSERT_NE(cases, nullptr) << "no case provokes " << model::refusal_name(GetParam());
    const Outcome outcome = cases->at(GetParam())();
    EXPECT_EQ(model::refusal_name(outcome.refusal), model::refusal_name(GetParam()));
    EXPECT_EQ(outcome.sequence, model::Sequence{}) << "nothing was recorded";
    EXPECT_FALSE(outcome.duplicate);
}

INSTANTIATE_TEST_SUITE_P(EachOfTheList, Refusals, ::testing::ValuesIn(kAll),
                         [](const auto& tested) { return std::string(model::refusal_name(tested.param)); });

}  // namespace
}  // namespace tim::tests
