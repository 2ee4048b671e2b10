#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <set>
#include <thread>
#include <vector>

#include "engine/core/attempt_book.h"
#include "engine/runtime/identity_queries.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

using core::ChallengePurpose;
using enum core::ChallengeState;
using runtime::CodeVerdict;
using runtime::OneTimeCode;

const model::CustomerRef kPhone{model::KeyKind::phone, {}, "+84901234567"};

struct Gate : Shop {
    Gate() : owner(fixture.enroll(program, "phone:+84901234567")) {}

    OneTimeCode issue(const model::CustomerRef& key = kPhone,
                      ChallengePurpose purpose = ChallengePurpose::login) {
        const auto issued = fixture.engine().identity().issue_code(program, key, purpose, fresh());
        EXPECT_TRUE(issued.has_value());
        return issued.value_or(OneTimeCode{});
    }
    CodeVerdict verify(const std::string& code, const model::CustomerRef& key = kPhone,
                       ChallengePurpose purpose = ChallengePurpose::login) {
        const auto verdict = fixture.engine().identity().verify_code(program, key, purpose, code, fresh());
        EXPECT_TRUE(verdict.has_value());
        return verdict.value_or(CodeVerdict{});
    }
    runtime::IdentityQueries::RequestId fresh() {
        runtime::IdentityQueries::RequestId id{1};
        id[1] = static_cast<std::uint8_t>(++requests_);
        id[2] = static_cast<std::uint8_t>(requests_ >> 8);
        return id;
    }

    model::CustomerId owner;

  private:
    unsigned requests_ = 0;
};

/// Another code of six digits.
std::string other_than(std::string code) {
    code[0] = code[0] == '9' ? '0' : static_cast<char>(code[0] + 1);
    return code;
}

TEST(Identity, S1_2_a_code_proves_a_phone_once) {
    Gate gate;
    const OneTimeCode code = gate.issue();
    ASSERT_EQ(code.state, issued);
    ASSERT_EQ(code.code.size(), 6U);
    EXPECT_EQ(code.code.find_first_not_of("0123456789"), std::string::npos);
    EXPECT_EQ(code.ends_at.value, gate.now().value + 5 * 60'000);
    // However the phone is written.
    const CodeVerdict verdict = gate.verify(code.code, {model::KeyKind::phone, {}, "0084 901 234 567"});
    EXPECT_EQ(verdict.state, verified);
    EXPECT_EQ(verdict.customer, gate.owner);
    EXPECT_EQ(gate.verify(code.code).state, used);
}

TEST(Identity, S1_2_somebody_new_registers_by_phone_or_email) {
    Gate gate;
    for (const model::CustomerRef& key : {model::CustomerRef{model::KeyKind::phone, {}, "+84907654321"},
                                          model::CustomerRef{model::KeyKind::email, {}, "An@Example.vn"}}) {
        const OneTimeCode code = gate.issue(key, ChallengePurpose::registration);
        ASSERT_EQ(code.state, issued);
        const CodeVerdict verdict = gate.verify(code.code, key, ChallengePurpose::registration);
        EXPECT_EQ(verdict.state, verified);
        EXPECT_EQ(verdict.customer.value, 0U) << "nobody's yet";
    }
}

TEST(Identity, A_code_is_good_for_its_key_its_purpose_and_its_time) {
    Gate gate;
    const OneTimeCode code = gate.issue();
    EXPECT_EQ(gate.verify(code.code, kPhone, ChallengePurpose::password).state, unknown);
    EXPECT_EQ(gate.verify(code.code, {model::KeyKind::phone, {}, "+84900000000"}).state, unknown);
    gate.wait(core::kChallengeLifeMs - 1);
    const CodeVerdict late = gate.verify(other_than(code.code));
    EXPECT_EQ(late.state, wrong);
    EXPECT_EQ(late.tries_left, 4);
    gate.wait(1);
    EXPECT_EQ(gate.verify(code.code).state, expired);
}

TEST(Identity, Five_wrong_codes_and_the_right_one_is_none_any_more) {
    Gate gate;
    const OneTimeCode code = gate.issue();
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(gate.verify(i % 2 == 0 ? other_than(code.code) : "12345").state, wrong);
    EXPECT_EQ(gate.verify(code.code).state, spent);
    gate.wait(core::kChallengePauseMs);
    const OneTimeCode next = gate.issue();
    ASSERT_EQ(next.state, issued);
    EXPECT_EQ(gate.verify(next.code).state, verified);
}

TEST(Identity, A_new_code_takes_the_place_of_the_last) {
    Gate gate;
    std::set<std::string> codes;
    OneTimeCode last;
    for (int i = 0; i < 5; ++i) {
        last = gate.issue();
        codes.insert(last.code);
        EXPECT_EQ(gate.issue().state, too_soon);
        gate.wait(core::kChallengePauseMs);
    }
    EXPECT_GE(codes.size(), 4U) << "codes are not guessed from one another";
    EXPECT_EQ(gate.issue().state, too_many);
    for (const std::string& code : codes) {
        if (code == last.code) continue;
        EXPECT_EQ(gate.verify(code).state, wrong);
    }
    EXPECT_EQ(gate.verify(last.code).state, verified);
}

TEST(Identity, Another_engine_makes_other_codes_of_the_same_request) {
    const auto code_of = [](Shop& shop) {
        return shop.fixture.engine()
            .identity()
            .issue_code(shop.program, kPhone, ChallengePurpose::login, {1})
            ->code;
    };
    Shop one;
    EngineFixture other(EngineFixture::stepped(), 99);
    const model::ProgramId program = other.put(nhanh_program());
    const auto theirs = other.engine().identity().issue_code(program, kPhone, ChallengePurpose::login, {1});
    EXPECT_NE(code_of(one), theirs->code) << "the secret is the data folder's";
}

TEST(Identity, What_is_no_phone_and_no_email_is_refused) {
    Gate gate;
    auto& identity = gate.fixture.engine().identity();
    for (const model::CustomerRef& key :
         {model::CustomerRef{model::KeyKind::card, {}, "1"}, model::CustomerRef{model::KeyKind::id, {1}, {}},
          model::CustomerRef{model::KeyKind::phone, {}, "12"}}) {
        const auto refused = identity.issue_code(gate.program, key, ChallengePurpose::login, gate.fresh());
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().kind, model::ErrorKind::invalid);
    }
    const auto nowhere = identity.issue_code({99}, kPhone, ChallengePurpose::login, gate.fresh());
    ASSERT_FALSE(nowhere.has_value());
    EXPECT_EQ(nowhere.error().kind, model::ErrorKind::not_found);
}

TEST(Identity, Sixteen_threads_race_for_one_code_and_one_wins) {
    for (int round = 0; round < 20; ++round) {
        Gate gate;
        const std::string code = gate.issue().code;
        constexpr int kThreads = 16;
        std::vector<runtime::IdentityQueries::RequestId> requests;
        for (int i = 0; i < kThreads; ++i)
            requests.push_back(gate.fresh());
        std::atomic<int> won = 0;
        std::atomic<int> late = 0;
        std::latch start(kThreads);
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&, i] {
                start.arrive_and_wait();
                const auto verdict = gate.fixture.engine().identity().verify_code(
                    gate.program, kPhone, ChallengePurpose::login, code,
                    requests[static_cast<std::size_t>(i)]);
                if (verdict->state == verified) ++won;
                if (verdict->state == used) ++late;
            });
        }
        threads.clear();
        EXPECT_EQ(won, 1);
        EXPECT_EQ(late, kThreads - 1);
    }
}

using runtime::PasswordState;
using runtime::PasswordVerdict;

PasswordVerdict set(Gate& gate, std::string_view password, const model::CustomerRef& who = kPhone) {
    const auto verdict =
        gate.fixture.engine().identity().set_password(gate.program, who, password, gate.fresh(), 0);
    EXPECT_TRUE(verdict.has_value());
    return verdict.value_or(PasswordVerdict{});
}
PasswordState check(Gate& gate, std::string_view password, const model::CustomerRef& who = kPhone) {
    const auto verdict = gate.fixture.engine().identity().check_password(gate.program, who, password);
    EXPECT_TRUE(verdict.has_value());
    return verdict.value_or(PasswordVerdict{}).state;
}

TEST(Identity, S1_3_a_customer_sets_another_password) {
    Gate gate;
    EXPECT_EQ(check(gate, "correct horse"), PasswordState::none);
    const Figures before = gate.figures("phone:+84901234567");
    const PasswordVerdict first = set(gate, "correct horse");
    EXPECT_EQ(first.state, PasswordState::set);
    EXPECT_EQ(first.customer, gate.owner);
    EXPECT_EQ(check(gate, "correct horse"), PasswordState::right);
    EXPECT_EQ(check(gate, "correct horse", {model::KeyKind::id, gate.owner, {}}), PasswordState::right);
    EXPECT_EQ(check(gate, "wrong horse"), PasswordState::wrong);
    EXPECT_EQ(set(gate, "battery staple").state, PasswordState::set);
    EXPECT_EQ(check(gate, "correct horse"), PasswordState::wrong);
    EXPECT_EQ(check(gate, "battery staple"), PasswordState::right);
    EXPECT_EQ(gate.figures("phone:+84901234567").points, before.points);
    EXPECT_EQ(gate.fixture.verify(), "");

    // It outlives a crash, and a stop with its checkpoint.
    gate.fixture.crash_and_reopen();
    EXPECT_EQ(check(gate, "battery staple"), PasswordState::right);
    gate.fixture.stop_and_reopen();
    EXPECT_EQ(check(gate, "battery staple"), PasswordState::right);
    EXPECT_EQ(check(gate, "battery stapl"), PasswordState::wrong);
}

TEST(Identity, The_same_request_sets_one_password) {
    Gate gate;
    auto& identity = gate.fixture.engine().identity();
    const auto request = gate.fresh();
    const auto first = identity.set_password(gate.program, kPhone, "correct horse", request, 0);
    const auto again = identity.set_password(gate.program, kPhone, "correct horse", request, 0);
    EXPECT_TRUE(again->outcome.duplicate);
    EXPECT_EQ(again->outcome.sequence, first->outcome.sequence);
    const auto other =
        identity.set_password(gate.program, {model::KeyKind::card, {}, "1"}, "correct horse", request, 0);
    EXPECT_EQ(other->state, PasswordState::refused);
    EXPECT_EQ(other->outcome.refusal, model::Refusal::conflict);
}

TEST(Identity, Ten_wrong_passwords_lock_it_for_a_while) {
    Gate gate;
    set(gate, "correct horse");
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(check(gate, "guess " + std::to_string(i)), PasswordState::wrong);
    EXPECT_EQ(check(gate, "correct horse"), PasswordState::locked);
    set(gate, "another horse", {model::KeyKind::card, {}, "1"});
    EXPECT_EQ(check(gate, "another horse", {model::KeyKind::card, {}, "1"}), PasswordState::right);
    gate.wait(core::kPasswordPauseMs);
    EXPECT_EQ(check(gate, "correct horse"), PasswordState::right);
}

TEST(Identity, A_password_has_its_bounds_and_its_customer) {
    Gate gate;
    auto& identity = gate.fixture.engine().identity();
    for (const std::string& bad : {std::string("seven b"), std::string(257, 'x')}) {
        const auto refused = identity.set_password(gate.program, kPhone, bad, gate.fresh(), 0);
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().kind, model::ErrorKind::invalid);
    }
    const auto nobody = identity.set_password(gate.program, {model::KeyKind::card, {}, "9"}, "correct horse",
                                              gate.fresh(), 0);
    ASSERT_FALSE(nobody.has_value());
    EXPECT_EQ(nobody.error().kind, model::ErrorKind::not_found);
}

TEST(Identity, Whose_key_was_destroyed_has_no_password) {
    Gate gate;
    set(gate, "correct horse");
    ASSERT_TRUE(gate.fixture.store().vault().destroy(gate.program, gate.owner).has_value());
    EXPECT_EQ(check(gate, "correct horse", {model::KeyKind::id, gate.owner, {}}), PasswordState::none);
}

}  // namespace
}  // namespace tim::tests
