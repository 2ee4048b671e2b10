#pragma once

#include <string>
#include <vector>

#include "engine/runtime/reward_queries.h"
#include "tests/support/shop.h"

namespace tim::tests {

/// A shop whose points buy a voucher worth 50,000 (at 100 points), one for Vàng alone (30 points) and a gift
/// (40 points, of which there are two); Bạc pays 5 % less, Vàng 10 %.
inline model::Program reward_program() {
    model::Program program = nhanh_program();
    program.tiers[1].voucher_discount_bp = 500;
    program.tiers[2].voucher_discount_bp = 1'000;
    program.rewards.resize(3);
    program.rewards[0].id = "v50";
    program.rewards[0].name = "Voucher 50K";
    program.rewards[0].cost = {100};
    program.rewards[0].value = {50'000};
    program.rewards[0].valid_days = 30;
    program.rewards[1].id = "vang";
    program.rewards[1].cost = {30};
    program.rewards[1].value = {10'000};
    program.rewards[1].tiers = {"vang"};
    program.rewards[2].id = "cup";
    program.rewards[2].kind = model::RewardKind::gift;
    program.rewards[2].cost = {40};
    program.rewards[2].stock = 2;
    return program;
}

struct RewardShop : Shop {
    explicit RewardShop(const model::Program& rules = reward_program(),
                        runtime::EngineOptions options = EngineFixture::stepped())
        : Shop(rules, options) {}

    model::Outcome redeem_for(const std::string& reward, const Who& who = kCustomer,
                              model::Instant at = model::kNoInstant) {
        return fixture.execute(make_redeem_reward(program, fixture.fresh_request(), who, reward, at));
    }
    /// The code of a redemption.
    std::string code_of(const model::Outcome& outcome) {
        if (outcome.refusal != model::Refusal::none)
            fail("redeem: " + std::string(model::refusal_name(outcome.refusal)));
        return fixture.engine().effects(outcome.sequence).front().code;
    }
    std::string buy(const std::string& reward, const Who& who = kCustomer) {
        return code_of(redeem_for(reward, who));
    }
    model::Outcome act(model::CommandKind kind, const std::string& code, std::int64_t ttl_ms = 0,
                       model::Instant at = model::kNoInstant) {
        return fixture.execute(make_voucher_act(kind, program, fixture.fresh_request(), code, ttl_ms, at));
    }
    model::Outcome reserve(const std::string& code, std::int64_t ttl_ms = 0) {
        return act(model::CommandKind::reserve_voucher, code, ttl_ms);
    }
    model::Outcome use(const std::string& code, model::Instant at = model::kNoInstant) {
        return act(model::CommandKind::use_voucher, code, 0, at);
    }
    model::Outcome release(const std::string& code) { return act(model::CommandKind::release_voucher, code); }
    model::Outcome cancel(const std::string& code) { return act(model::CommandKind::cancel_voucher, code); }
    model::Outcome sale_paid_with(const std::string& number, std::int64_t amount, const std::string& code,
                                  const Who& who = kCustomer, model::Instant at = model::kNoInstant) {
        return fixture.execute(with_voucher(make_sale(program, receipt(1, number), who, amount, at), code));
    }
    /// Why the voucher of a sale was refused.
    model::Refusal voucher_refused(const model::Outcome& sale) {
        for (const model::Effect& effect : fixture.engine().effects(sale.sequence))
            if (effect.type == model::FactType::extra_refused && effect.extra == model::SaleExtra::voucher)
                return effect.refusal;
        return model::Refusal::none;
    }
    runtime::VoucherView voucher(const std::string& code) {
        fixture.commit();
        auto view = fixture.engine().rewards().voucher(program, code);
        if (!view) fail("voucher: " + view.error().message);
        return *view;
    }
    std::vector<runtime::VoucherView> vouchers(const Who& who = kCustomer) {
        fixture.commit();
        auto page = fixture.engine().rewards().vouchers(program, {who.kind, who.id, who.text}, {}, 100);
        if (!page) fail("vouchers: " + page.error().message);
        return page->rows;
    }
    /// How many of a reward are given out.
    std::int64_t given(const std::string& reward) {
        fixture.commit();
        const auto rows = fixture.engine().rewards().catalogue(program, {});
        if (!rows) fail("catalogue: " + rows.error().message);
        for (const runtime::RewardView& row : *rows)
            if (row.program->rewards[row.place].id == reward) return row.given;
        return -1;
    }
};

}  // namespace tim::tests
