#pragma once

#include <gtest/gtest.h>

#include "engine/runtime/network_queries.h"
#include "tests/support/shop.h"

namespace tim::tests {

/// Customer `card:1` is the VIP V, appointed; `card:2` is the member M. It is January 2024.
struct NetworkShop : Shop {
    explicit NetworkShop(const model::Program& document = lan_toa_program()) : Shop(document) {
        fixture.clock().set(hanoi("2024-01-10T09:00:00"));
        EXPECT_EQ(appoint("card:1").refusal, model::Refusal::none);
        member = recruit("card:2").customer;
    }

    model::Outcome appoint(const Who& who) {
        return fixture.execute(make_appoint(program, fixture.fresh_request(), who));
    }
    model::Outcome recruit(const Who& who, const Who& vip = "card:1",
                           model::Instant when = model::kNoInstant) {
        return fixture.execute(make_enroll_with(program, fixture.fresh_request(), {who}, vip, "", when));
    }
    model::Outcome move(const Who& who, const Who& vip) {
        return fixture.execute(make_move(program, fixture.fresh_request(), who, vip));
    }
    model::Outcome request_payout(std::int64_t amount = 0, const Who& who = "card:1") {
        return fixture.execute(make_payout_request(program, fixture.fresh_request(), who, amount));
    }
    model::Outcome end_payout(model::CommandKind kind, model::Sequence payout) {
        return fixture.execute(make_payout_end(kind, program, fixture.fresh_request(), payout));
    }
    runtime::VipView vip(const Who& who = "card:1") {
        fixture.commit();
        return *fixture.engine().network().vip(program, {who.kind, who.id, who.text});
    }
    std::vector<runtime::HistoryEntry> statement(const Who& who = "card:1") {
        fixture.commit();
        return *fixture.engine().network().statement(program, {who.kind, who.id, who.text}, {}, 100);
    }
    core::CustomerClass class_of(const Who& who) { return fixture.view(program, who).customer_class; }
    std::int64_t points(const Who& who) { return figures(who).points; }

    model::CustomerId member{};
};

}  // namespace tim::tests
