#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/calendar.h"
#include "tests/support/engine_fixture.h"

namespace tim::tests {

/// By the clocks of the shops that tests use.
inline model::Instant hanoi(const char* text) {
    static const auto calendar = model::Calendar::load("Asia/Ho_Chi_Minh");
    return *calendar->parse(text);
}

/// One program and one customer, `card:1`, over an engine in memory: what most examples need. Receipts are of
/// terminal 1 and named by the test.
class Shop {
  public:
    explicit Shop(const model::Program& document = nhanh_program(),
                  runtime::EngineOptions options = EngineFixture::stepped())
        : fixture(options), program(fixture.put(document)), customer(fixture.enroll(program, kCustomer)) {}

    static constexpr const char* kCustomer = "card:1";

    model::Outcome sale(const std::string& number, std::int64_t amount, model::Instant at = model::kNoInstant,
                        const Who& who = kCustomer) {
        return fixture.execute(make_sale(program, receipt(1, number), who, amount, at));
    }
    /// A sale that is paid for in part by what a hold reserved.
    model::Outcome sale_with(const std::string& number, std::int64_t amount, model::Sequence hold_id,
                             const Who& who = kCustomer) {
        return fixture.execute(make_sale_with(program, receipt(1, number), who, amount, hold_id));
    }
    model::Outcome give_back(const std::string& number, std::int64_t amount, const std::string& original = {},
                             model::Instant at = model::kNoInstant, const Who& who = kCustomer) {
        return fixture.execute(make_return(program, receipt(1, number), who, amount,
                                           original.empty() ? model::Name{} : receipt(1, original), at));
    }
    model::Outcome sale_of(const std::string& number, std::int64_t amount,
                           const std::vector<model::SaleLine>& lines, const Who& who = kCustomer) {
        return fixture.execute(with_lines(make_sale(program, receipt(1, number), who, amount), lines));
    }
    /// Goods of a sale; without an amount their share of what was paid.
    model::Outcome give_back_lines(const std::string& number, const std::string& original,
                                   const std::vector<model::SaleLine>& lines, std::int64_t amount = 0,
                                   const Who& who = kCustomer) {
        return fixture.execute(
            with_lines(make_return(program, receipt(1, number), who, amount, receipt(1, original)), lines));
    }
    model::Outcome quote_of(std::int64_t amount, const std::vector<model::SaleLine>& lines) {
        return fixture.execute(with_lines(make_balance(program, kCustomer, amount), lines));
    }
    model::Outcome void_sale(const std::string& number, const std::string& original,
                             model::Instant at = model::kNoInstant) {
        return fixture.execute(make_void(program, receipt(1, number), receipt(1, original), at));
    }
    model::Outcome redeem(std::int64_t points, std::int64_t amount = 0, const Who& who = kCustomer) {
        return fixture.execute(make_redeem(program, fixture.fresh_request(), who, points, amount));
    }
    /// Spends points in a sale.
    model::Outcome redeem_in(const std::string& sale_number, std::int64_t points,
                             const Who& who = kCustomer) {
        OwnedCommand command = make_redeem(program, fixture.fresh_request(), who, points);
        command.command.original = receipt(1, sale_number);
        return fixture.execute(command);
    }
    model::Outcome hold(std::int64_t points, std::int64_t ttl_ms = 0, const Who& who = kCustomer) {
        return fixture.execute(make_hold(program, fixture.fresh_request(), who, points, ttl_ms));
    }
    model::Outcome capture(model::Sequence hold_id, std::int64_t points = 0) {
        return fixture.execute(make_capture(program, fixture.fresh_request(), hold_id, points));
    }
    model::Outcome release(model::Sequence hold_id) {
        return fixture.execute(make_release(program, fixture.fresh_request(), hold_id));
    }
    model::Outcome adjust(std::int64_t points, std::int64_t amount = 0, bool ranking = false,
                          model::Instant at = model::kNoInstant) {
        return fixture.execute(
            make_adjust(program, fixture.fresh_request(), kCustomer, points, amount, ranking, at));
    }
    model::Outcome balance(std::int64_t amount = 0) {
        return fixture.execute(make_balance(program, kCustomer, amount));
    }
    Figures figures(const Who& who = kCustomer) { return fixture.show(program, who); }
    /// The tier's id, as the program names it.
    std::string tier(const Who& who = kCustomer) {
        const Figures now = figures(who);
        return fixture.engine().program(program, {now.version})->program->tiers[now.tier].id;
    }
    model::Instant now() { return fixture.clock().now(); }
    void wait(std::int64_t ms) { fixture.clock().advance(ms); }

    EngineFixture fixture;
    model::ProgramId program;
    model::CustomerId customer;
};

}  // namespace tim::tests
