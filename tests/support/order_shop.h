#pragma once

#include <string>
#include <vector>

#include "tests/support/shop.h"

namespace tim::tests {

inline constexpr std::uint32_t kWebShop = 9;

inline model::Name order_name(const std::string& number) {
    return receipt(kWebShop, number);
}

/// Orders are placed at terminal 9, the web shop.
struct OrderShop : Shop {
    explicit OrderShop(const model::Program& rules = nhanh_program(),
                       runtime::EngineOptions options = EngineFixture::stepped())
        : Shop(rules, options) {}

    model::Outcome place(const std::string& number, std::int64_t amount, const OrderWords& words = {},
                         model::Instant when = model::kNoInstant, const Who& who = kCustomer) {
        return fixture.execute(make_place_order(program, order_name(number), who, amount, words, when));
    }
    model::Outcome update(const std::string& number, const OrderWords& words) {
        return fixture.execute(make_order_change(model::CommandKind::update_order, program,
                                                 fixture.fresh_request(), order_name(number), words));
    }
    model::Outcome complete(const std::string& number, const OrderWords& words = {},
                            model::Sequence hold_id = {}, const std::string& referral = {},
                            model::Instant when = model::kNoInstant) {
        return fixture.execute(make_complete_order(program, fixture.fresh_request(), order_name(number),
                                                   words, hold_id, referral, when));
    }
    model::Outcome cancel(const std::string& number, const OrderWords& words = {}) {
        return fixture.execute(make_order_change(model::CommandKind::cancel_order, program,
                                                 fixture.fresh_request(), order_name(number), words));
    }
    model::Outcome give_back_of_order(const std::string& number, std::int64_t amount,
                                      const std::string& order, const Who& who = kCustomer) {
        return fixture.execute(make_return(program, receipt(1, number), who, amount, order_name(order)));
    }
    model::Outcome void_order(const std::string& number, const std::string& order) {
        return fixture.execute(make_void(program, receipt(1, number), order_name(order)));
    }
    runtime::OrderView order(const std::string& number) {
        fixture.commit();
        auto view = fixture.engine().order(program, order_name(number));
        if (!view) fail("order: " + view.error().message);
        return *view;
    }
    runtime::OrdersPage orders(bool pending, model::Sequence before = {}, std::size_t limit = 100) {
        fixture.commit();
        auto page = fixture.engine().orders(program, {model::KeyKind::card, {}, "1"}, pending, before, limit);
        if (!page) fail("orders: " + page.error().message);
        return *page;
    }
    runtime::CustomerView shown(const Who& who = kCustomer) { return fixture.view(program, who); }
};

inline std::vector<model::FactType> types_of(const std::vector<model::Effect>& effects) {
    std::vector<model::FactType> types;
    for (const model::Effect& effect : effects)
        types.push_back(effect.type);
    return types;
}

}  // namespace tim::tests
