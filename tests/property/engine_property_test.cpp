// RapidCheck: short sequences that shrink to the few commands that matter. RC_PARAMS="seed=…" (RapidCheck
// prints it) runs a failure again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/lockstep.h"

namespace tim::tests {
namespace {

/// The decisions of a run as numbers: RapidCheck shortens the list and makes the numbers smaller.
std::vector<std::uint32_t> some_choices() {
    return *rc::gen::scale(
        6.0, rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>()));
}

std::string compare(runtime::TimeSource time, const std::vector<std::uint32_t>& numbers) {
    Choices choices(numbers);
    LockstepOptions options;
    options.time = time;
    Lockstep lockstep(options, choices);
    return lockstep.run();
}

RC_GTEST_PROP(EngineProperty, agrees_with_the_naive_model_by_the_wall_clock, ()) {
    const std::string difference = compare(runtime::TimeSource::system, some_choices());
    RC_LOG(difference);
    RC_ASSERT(difference.empty());
}

RC_GTEST_PROP(EngineProperty, agrees_with_the_naive_model_by_the_clock_of_events, ()) {
    const std::string difference = compare(runtime::TimeSource::events, some_choices());
    RC_LOG(difference);
    RC_ASSERT(difference.empty());
}

/// A customer with some past: points from sales, spending, perhaps debt, perhaps an open hold.
struct Shop {
    EngineFixture fixture;
    model::ProgramId program;
    model::CustomerId customer;
    std::uint32_t next_receipt = 1;

    explicit Shop(model::Program document) {
        program = fixture.put(document);
        customer = fixture.enroll(program, "card:1");
    }
    model::Name name() { return receipt(1, "R" + std::to_string(next_receipt++)); }
    void past(const std::vector<std::uint32_t>& numbers) {
        for (const std::uint32_t number : numbers) {
            const auto amount = static_cast<std::int64_t>(number % 9'000'000);
            fixture.clock().advance(number % kDayMs);
            if (number % 5 == 0)
                fixture.execute(make_return(program, name(), "card:1", amount / 8));
            else if (number % 5 == 1)
                fixture.execute(make_redeem(program, name(), "card:1", 1 + amount / 50'000));
            else if (number % 5 == 2)
                fixture.execute(make_hold(program, fixture.fresh_request(), "card:1", 5));
            else
                fixture.execute(make_sale(program, name(), "card:1", amount));
        }
    }
    Figures figures() { return fixture.show(program, "card:1"); }
};

/// The sum of the parts, each of 0 … 255 shares of what is left; the last takes the rest.
std::vector<std::int64_t> split(std::int64_t whole, const std::vector<std::uint8_t>& shares) {
    std::vector<std::int64_t> parts;
    for (const std::uint8_t share : shares) {
        parts.push_back(whole * share / 256);
        whole -= parts.back();
    }
    parts.push_back(whole);
    return parts;
}

model::Program dated_program() {
    model::Program program = nhanh_program();
    program.points.expiry = {model::ExpiryPolicy::months, 1, 0};
    program.points.pending_days = 3;
    return program;
}

RC_GTEST_PROP(EngineProperty, a_full_return_leaves_everything_as_before_the_sale,
              (const std::vector<std::uint8_t>& shares, bool dated, bool pays)) {
    const auto past = *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::arbitrary<std::uint32_t>());
    const auto amount = *rc::gen::inRange<std::int64_t>(0, 50'000'000);
    Shop shop(dated ? dated_program() : nhanh_program());
    shop.past(past);
    const Figures before = shop.figures();

    const model::Name sale = shop.name();
    model::Sequence hold{};
    if (pays && before.spendable > 1)
        hold = shop.fixture
                   .execute(
                       make_hold(shop.program, shop.fixture.fresh_request(), "card:1", before.spendable / 2))
                   .sequence;
    RC_ASSERT(shop.fixture.execute(make_sale_with(shop.program, sale, "card:1", amount, hold)).refusal ==
              model::Refusal::none);
    if (amount == 0 || shares.empty()) {
        RC_ASSERT(shop.fixture.execute(make_void(shop.program, shop.name(), sale)).refusal ==
                  model::Refusal::none);
    } else {
        for (const std::int64_t part : split(amount, shares))
            RC_ASSERT(
                shop.fixture.execute(make_return(shop.program, shop.name(), "card:1", part, sale)).refusal ==
                model::Refusal::none);
    }
    const Figures after = shop.figures();
    RC_LOG(describe(before) + "\n" + describe(after));
    RC_ASSERT(before == after);
}

RC_GTEST_PROP(EngineProperty, many_small_returns_take_what_one_large_return_takes,
              (const std::vector<std::uint8_t>& shares)) {
    const auto amount = *rc::gen::inRange<std::int64_t>(1, 5'000'000);
    const auto back = *rc::gen::inRange<std::int64_t>(1, amount + 1);
    Shop one(nhanh_program());
    Shop many(nhanh_program());
    for (Shop* shop : {&one, &many})
        shop->fixture.execute(make_sale(shop->program, receipt(2, "S"), "card:1", amount));
    one.fixture.execute(make_return(one.program, one.name(), "card:1", back, receipt(2, "S")));
    for (const std::int64_t part : split(back, shares))
        many.fixture.execute(make_return(many.program, many.name(), "card:1", part, receipt(2, "S")));
    RC_ASSERT(one.figures() == many.figures());
}

/// The past is the same whether or not the process was there all the time.
RC_GTEST_PROP(EngineProperty, restarts_change_nothing,
              (const std::vector<std::uint32_t>& past, bool crash, bool checkpoint)) {
    Shop shop(nhanh_program());
    shop.past(past);
    const Figures before = shop.figures();
    if (checkpoint) RC_ASSERT(shop.fixture.engine().checkpoint().has_value());
    if (crash)
        shop.fixture.crash_and_reopen();
    else
        shop.fixture.stop_and_reopen();
    RC_ASSERT(before == shop.figures());
    RC_ASSERT(shop.fixture.verify() == "");
}

}  // namespace
}  // namespace tim::tests
