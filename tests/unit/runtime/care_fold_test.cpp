#include "engine/runtime/care_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tim::runtime {
namespace {

using model::CarePhase;
using model::Fact;
using model::FactType;
using ::testing::HasSubstr;
using ::testing::Optional;

/// Facts of one program, numbered from 1.
struct Ledger {
    std::vector<Fact> facts;

    Fact& add(FactType type, std::uint64_t customer = 7, std::uint64_t task = 0) {
        Fact& fact = facts.emplace_back();
        fact.type = type;
        fact.subject = model::Subject::customer({1}, {customer});
        if (task != 0) fact.request.related = task;
        return fact;
    }
    Fact& note(std::uint64_t task, std::uint64_t previous, CarePhase phase, std::uint16_t every_days = 0) {
        Fact& fact = facts.emplace_back();
        fact.type = FactType::care_noted;
        fact.subject = model::Subject::of(model::SubjectKind::care, {1}, task);
        fact.previous = {previous};
        fact.care = {7, phase, model::CareKind::call, every_days, 0, 0};
        return fact;
    }
    std::optional<std::string> fold(std::size_t* tasks = nullptr) const {
        CareFold fold;
        for (std::size_t i = 0; i < facts.size(); ++i)
            if (auto wrong = fold.add(facts[i], {i + 1})) return wrong;
        if (tasks != nullptr) fold.visit([&](model::Sequence, model::Sequence) { ++*tasks; });
        return std::nullopt;
    }
};

/// Planned at 1, changed at 3, done at 5.
Ledger a_life() {
    Ledger ledger;
    ledger.add(FactType::care_planned);
    ledger.note(1, 0, CarePhase::open);
    ledger.add(FactType::care_changed, 7, 1);
    ledger.note(1, 2, CarePhase::open);
    ledger.add(FactType::care_done, 7, 1);
    ledger.note(1, 4, CarePhase::done);
    return ledger;
}

TEST(CareFold, FollowsATask) {
    std::size_t tasks = 0;
    EXPECT_EQ(a_life().fold(&tasks), std::nullopt);
    EXPECT_EQ(tasks, 1U);
}

TEST(CareFold, OneThatComesBackIsOpenWhenItWasDone) {
    Ledger ledger = a_life();
    ledger.facts[5].care.phase = CarePhase::open;
    EXPECT_THAT(ledger.fold(), Optional(HasSubstr("stands where its command does not lead")));
    ledger.facts[5].care.every_days = 14;
    EXPECT_EQ(ledger.fold(), std::nullopt);
}

TEST(CareFold, TellsWhatDoesNotFollow) {
    Ledger silent = a_life();
    silent.facts[3] = silent.facts[2];
    EXPECT_THAT(silent.fold(), Optional(HasSubstr("fact 3: nothing says where")));
    Ledger alone = a_life();
    alone.facts[2].type = FactType::adjusted;
    EXPECT_THAT(alone.fold(), Optional(HasSubstr("moves without a command")));
    Ledger other = a_life();
    other.facts[2].request.related = 9;
    EXPECT_THAT(other.fold(), Optional(HasSubstr("is not the one of the command before it")));
    Ledger others = a_life();
    others.facts[3].care.customer = 8;
    EXPECT_THAT(others.fold(), Optional(HasSubstr("is not the one of the command before it")));
    Ledger skipped = a_life();
    skipped.facts[5].previous = {2};
    EXPECT_THAT(skipped.fold(), Optional(HasSubstr("was last told of at 4, not at 2")));
    Ledger twice = a_life();
    twice.add(FactType::care_dropped, 7, 1);
    twice.note(1, 6, CarePhase::dropped);
    EXPECT_THAT(twice.fold(), Optional(HasSubstr("was done already")));
}

}  // namespace
}  // namespace tim::runtime
