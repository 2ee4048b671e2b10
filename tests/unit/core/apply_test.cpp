#include "engine/core/apply.h"

#include <gmock/gmock.h>

#include <cstring>
#include <deque>
#include <functional>
#include <ostream>

#include "desk.h"

namespace tim::core {
namespace {

using model::BytesView;
using model::Fact;
using model::FactType;
using model::kNoInstant;
using model::Sequence;
using model::Subject;
using model::SubjectKind;
using test::kJanuary;
using test::kNow;

/// Documents are kept aside; their bytes are their numbers.
class Documents final : public model::DocumentFormat {
  public:
    model::Bytes encode(const model::Program& program) const override { return keep(programs_, program); }
    model::Bytes encode(const model::AccessKey& key) const override { return keep(keys_, key); }
    model::Bytes encode(const model::EnrollmentRecord& record) const override {
        return keep(enrollments_, record);
    }
    model::Bytes encode(const model::Profile&) const override { return {}; }
    model::Bytes encode(const std::vector<model::SaleLine>&) const override { return {}; }
    model::Bytes encode(const model::LinesLeft&) const override { return {}; }
    model::Result<model::Program> decode_program(BytesView bytes) const override {
        return find(programs_, bytes);
    }
    model::Result<model::AccessKey> decode_access_key(BytesView bytes) const override {
        return find(keys_, bytes);
    }
    model::Result<model::EnrollmentRecord> decode_enrollment(BytesView bytes) const override {
        return find(enrollments_, bytes);
    }
    model::Result<model::Profile> decode_profile(BytesView) const override { return model::Profile{}; }
    model::Result<std::vector<model::SaleLine>> decode_sale_lines(BytesView) const override {
        return std::vector<model::SaleLine>{};
    }
    model::Result<model::LinesLeft> decode_lines_left(BytesView) const override { return model::LinesLeft{}; }

  private:
    template <class T>
    static model::Bytes keep(std::deque<T>& kept, const T& document) {
        kept.push_back(document);
        return {static_cast<std::byte>(kept.size())};
    }
    template <class T>
    static model::Result<T> find(const std::deque<T>& kept, BytesView bytes) {
        const std::size_t number = bytes.size() == 1 ? static_cast<std::size_t>(bytes[0]) : 0;
        if (number == 0 || number > kept.size())
            return model::failure(model::ErrorKind::corrupt, "no such document");
        return kept[number - 1];
    }

    mutable std::deque<model::Program> programs_;
    mutable std::deque<model::AccessKey> keys_;
    mutable std::deque<model::EnrollmentRecord> enrollments_;
};

constexpr model::ProgramId kShop{1};
constexpr Subject kAn = Subject::customer(kShop, {1});
constexpr Subject kNobody = Subject::of(SubjectKind::anonymous, kShop, 0);
constexpr Subject kAccess = Subject::of(SubjectKind::access, {}, 0);

/// A program with one customer, who has bought for 95,000 and has an open hold of 4 points.
struct World {
    World() {
        Fact put;
        put.type = FactType::program_put;
        put.subject = Subject::of(SubjectKind::program, kShop, 0);
        put.version = {1};
        put.at = kNoInstant;
        take(put, documents.encode(test::program()));

        Fact enrolled = of(FactType::enrolled, kAn);
        enrolled.at = {kNow.value - 50};
        take(enrolled);

        Fact sale = of(FactType::sale, kAn);
        sale.amount = {95'000};
        sale.points = sale.points_after = {9};
        take(sale);

        Fact opened = of(FactType::hold_opened, kAn);
        hold = next;
        opened.amount = {kNow.value + 1'000};
        opened.points = opened.held_after = {4};
        take(opened);
    }

    ProgramState& shop() { return *state.program(kShop); }
    CustomerRecord& record(Subject subject = kAn) { return shop().customers.at(subject.id()); }

    /// A fact that changes nothing yet, behind the subject's newest.
    Fact of(FactType type, Subject subject) {
        Fact fact;
        fact.type = type;
        fact.subject = subject;
        fact.at = kNow;
        fact.month = kJanuary;
        if (subject.id() > shop().customers.count()) return fact;
        fact.previous = record(subject).last;
        fact.points_after = record(subject).points;
        fact.held_after = record(subject).held;
        return fact;
    }

    std::uint32_t take(const Fact& fact, BytesView blob = {}) {
        const std::uint32_t check = apply(state, fact, next, blob);
        ++next.value;
        return check;
    }

    Documents documents;
    State state{documents, 5, 1'000};
    Sequence next{1};
    Sequence hold;
};

bool same(const CustomerRecord& a, const CustomerRecord& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
}

std::string figures(const CustomerRecord& record) {
    return ::testing::PrintToString(std::vector<std::int64_t>{
        record.points.value, record.ranking_points.value, record.held.value, record.lifetime_spend.value,
        record.month.value, record.month_spend().value, record.closed_month_spend().value, record.orders,
        record.first_order_at.get().value, record.last_order_at.get().value, record.tier, record.flags});
}

// ---------------------------------------------------------------------------------------- customers

struct Step {
    const char* what;
    FactType type;
    std::function<void(Fact&)> fact;
    std::function<void(CustomerRecord&)> record;
};

const Step kSteps[] = {
    {"a sale", FactType::sale,
     [](Fact& fact) {
         fact.at = {kNow.value + 10};
         fact.amount = {5'000};
         fact.points = {3};
         fact.points_after = {12};
         fact.tier_after = 1;
     },
     [](CustomerRecord& record) {
         record.points = record.ranking_points = {12};
         record.lifetime_spend = {100'000};
         record.orders = 2;
         record.last_order_at = model::Instant{kNow.value + 10};
         record.tier = 1;
     }},
    {"a late sale", FactType::sale,
     [](Fact& fact) {
         fact.at = {kNow.value - 10};
         fact.month = {static_cast<std::uint16_t>(kJanuary.value - 1)};
         fact.amount = {5'000};
     },
     [](CustomerRecord& record) {
         record.lifetime_spend = {100'000};
         record.spend_before_month = {5'000};
         record.orders = 2;
         record.first_order_at = model::Instant{kNow.value - 10};
     }},
    {"a sale of the next month", FactType::sale,
     [](Fact& fact) {
         fact.month = {static_cast<std::uint16_t>(kJanuary.value + 1)};
         fact.amount = {5'000};
     },
     [](CustomerRecord& record) {
         record.lifetime_spend = {100'000};
         record.month = {static_cast<std::uint16_t>(kJanuary.value + 1)};
         record.spend_before_month = {95'000};
         record.orders = 2;
     }},
    {"a return", FactType::returned,
     [](Fact& fact) {
         fact.flags = model::kFactRanking;
         fact.amount = {-10'000};
         fact.points = {-1};
         fact.points_after = {8};
     },
     [](CustomerRecord& record) {
         record.points = record.ranking_points = {8};
         record.lifetime_spend = {85'000};
     }},
    {"a void", FactType::voided,
     [](Fact& fact) {
         fact.flags = model::kFactRanking;
         fact.amount = {-95'000};
         fact.points = {-9};
         fact.points_after = {0};
     },
     [](CustomerRecord& record) {
         record.points = record.ranking_points = {0};
         record.lifetime_spend = {0};
     }},
    {"an adjustment of points", FactType::adjusted,
     [](Fact& fact) {
         fact.month = {700};  // nothing is posted: the month stays
         fact.points = {5};
         fact.points_after = {14};
     },
     [](CustomerRecord& record) { record.points = {14}; }},
    {"an adjustment of ranking points and spend", FactType::adjusted,
     [](Fact& fact) {
         fact.flags = model::kFactRanking;
         fact.amount = {1};
         fact.points = {5};
         fact.points_after = {14};
     },
     [](CustomerRecord& record) {
         record.points = record.ranking_points = {14};
         record.lifetime_spend = {95'001};
     }},
    {"a shortfall", FactType::shortfall, [](Fact& fact) { fact.points = {-7}; },
     [](CustomerRecord& record) { record.ranking_points = {2}; }},
    {"an order that is undone", FactType::order_undone,
     [](Fact& fact) { fact.amount.value = fact.points.value = kNoInstant.value; },
     [](CustomerRecord& record) {
         record.orders = 0;
         record.first_order_at = kNoInstant;
         record.last_order_at = kNoInstant;
     }},
    {"redeeming", FactType::redeemed,
     [](Fact& fact) {
         fact.points = {-2};
         fact.points_after = {7};
     },
     [](CustomerRecord& record) { record.points = {7}; }},
    {"another hold", FactType::hold_opened,
     [](Fact& fact) {
         fact.amount = {kNow.value + 5};
         fact.points = {2};
         fact.held_after = {6};
     },
     [](CustomerRecord& record) { record.held = {6}; }},
    {"a capture", FactType::hold_captured,
     [](Fact& fact) {
         fact.request.related = 4;
         fact.points = {-3};
         fact.points_after = {6};
         fact.held_after = {0};
     },
     [](CustomerRecord& record) {
         record.points = {6};
         record.held = {0};
         record.flags = 0;
     }},
    {"a release", FactType::hold_released,
     [](Fact& fact) {
         fact.request.related = 4;
         fact.held_after = {0};
     },
     [](CustomerRecord& record) {
         record.held = {0};
         record.flags = 0;
     }},
    {"a time-out", FactType::hold_expired,
     [](Fact& fact) {
         fact.request.related = 4;
         fact.held_after = {0};
     },
     [](CustomerRecord& record) {
         record.held = {0};
         record.flags = 0;
     }},
};

TEST(Apply, FoldsEveryFactIntoItsCustomer) {
    for (const Step& step : kSteps) {
        World world;
        ASSERT_EQ(world.hold.value, 4U);
        CustomerRecord expected = world.record();
        Fact fact = world.of(step.type, kAn);
        step.fact(fact);
        step.record(expected);
        expected.last = world.next;
        const std::uint32_t check = world.take(fact);
        EXPECT_TRUE(same(world.record(), expected))
            << step.what << ": " << figures(world.record()) << ", not " << figures(expected);
        EXPECT_EQ(check, digest(expected)) << step.what;
    }
}

TEST(Apply, BeginsCustomers) {
    World world;
    const CustomerRecord& an = world.record();
    EXPECT_EQ(an.profile.get(), Sequence{2});
    Fact enrolled = world.of(FactType::enrolled, Subject::customer(kShop, {2}));
    world.take(enrolled);
    EXPECT_EQ(world.shop().customers.count(), 2U);
    EXPECT_TRUE(world.shop().customers.at(2).exists());
}

TEST(Apply, KeepsTheBookOfHolds) {
    World world;
    ASSERT_EQ(world.shop().holds[stripe_of({1})].find({1}, world.hold),
              (OpenHold{world.hold, {4}, {kNow.value + 1'000}}));
    Fact second = world.of(FactType::hold_opened, kAn);
    second.points = {1};
    second.held_after = {5};
    world.take(second);
    Fact release = world.of(FactType::hold_released, kAn);
    release.request.related = world.hold.value;
    release.held_after = {1};
    world.take(release);
    EXPECT_EQ(world.shop().holds[stripe_of({1})].of({1})->size(), 1U);
    EXPECT_EQ(world.record().flags, kRecordHasHolds) << "one is open still";
}

TEST(Apply, CountsNobodysOrdersWithoutTheirInstants) {
    World world;
    Fact sale = world.of(FactType::sale, kNobody);
    sale.amount = {700};
    world.take(sale);
    world.take(world.of(FactType::sale, kNobody));
    const CustomerRecord& nobody = world.record(kNobody);
    EXPECT_EQ(nobody.orders, 2U);
    EXPECT_EQ(nobody.lifetime_spend, model::Money{700});
    EXPECT_EQ(nobody.first_order_at.get(), kNoInstant);
    EXPECT_EQ(nobody.last_order_at.get(), kNoInstant);
    world.take(world.of(FactType::order_undone, kNobody));
    EXPECT_EQ(nobody.orders, 1U);
    EXPECT_EQ(nobody.last_order_at.get(), kNoInstant);
}

TEST(Apply, RemembersTheLatestAt) {
    World world;
    Fact late = world.of(FactType::sale, kAn);
    late.at = {kNow.value - 1};
    world.take(late);
    EXPECT_EQ(world.shop().latest(), kNow);
    Fact next = world.of(FactType::sale, kAn);
    next.at = {kNow.value + 1};
    world.take(next);
    EXPECT_EQ(world.shop().latest().value, kNow.value + 1);
}

// ---------------------------------------------------------------------------------------- other subjects

TEST(Apply, AddsProgramsAndTheirVersions) {
    World world;
    Fact put;
    put.type = FactType::program_put;
    put.subject = Subject::of(SubjectKind::program, kShop, 0);
    put.previous = world.shop().last;
    put.version = {2};
    put.at = kNow;
    const Sequence version = world.next;
    world.take(put, world.documents.encode(test::program()));
    EXPECT_EQ(world.shop().version_count(), 2);
    EXPECT_EQ(world.shop().newest().effective(), kNow);
    EXPECT_EQ(world.shop().last, version);

    model::Program other = test::program();
    other.id = "other";
    put.subject = Subject::of(SubjectKind::program, {2}, 0);
    put.previous = {};
    put.version = {1};
    world.take(put, world.documents.encode(other));
    ASSERT_NE(world.state.find_program("other"), nullptr);
    EXPECT_EQ(world.state.find_program("other")->id(), model::ProgramId{2});
}

TEST(Apply, KeepsTheNewestOfAnAccessKey) {
    World world;
    model::AccessKey key;
    key.id = "till";
    Fact fact;
    fact.type = FactType::access_key_added;
    fact.subject = kAccess;
    world.take(fact, world.documents.encode(key));
    EXPECT_FALSE(world.state.access_keys.at("till")->revoked);
    key.revoked = true;
    fact.type = FactType::access_key_revoked;
    fact.previous = world.state.access_last;
    world.take(fact, world.documents.encode(key));
    EXPECT_EQ(world.state.access_keys.size(), 1U);
    EXPECT_TRUE(world.state.access_keys.at("till")->revoked);
}

TEST(Apply, WhatHasNoPlaceInMemoryIsCheckedByItsFigures) {
    World world;
    Fact reduced;
    reduced.type = FactType::receipt_reduced;
    reduced.subject = Subject::of(SubjectKind::receipt, kShop, 3);
    reduced.amount = {1};
    const std::uint32_t one = world.take(reduced);
    EXPECT_EQ(world.take(reduced), one);
    reduced.points = {1};
    EXPECT_NE(world.take(reduced), one);
}

// ---------------------------------------------------------------------------------------- broken invariants

TEST(ApplyDeathTest, AFactThatContradictsTheStateStopsTheProcess) {
    struct Case {
        FactType type;
        std::function<void(Fact&)> change;
        const char* sentence;
    };
    const auto as_it_is = [](Fact&) {};
    for (const Case& wrong : {
             Case{FactType::sale, [](Fact& fact) { fact.previous = {1}; },
                  "follows its subject's newest fact"},
             Case{FactType::sale, [](Fact& fact) { fact.points = {1}; }, "carries the figures after it"},
             Case{FactType::redeemed, [](Fact& fact) { fact.held_after = {1}; },
                  "carries the figures after it"},
             Case{FactType::hold_opened,
                  [](Fact& fact) {
                      fact.points = {-9};
                      fact.held_after = {-5};
                  },
                  "carries the figures after it"},
             Case{FactType::sale, [](Fact& fact) { fact.subject = Subject::customer(kShop, {2}); },
                  "a fact's customer was enrolled"},
             Case{FactType::sale, [](Fact& fact) { fact.subject = Subject::customer({2}, {1}); },
                  "a fact's program exists"},
             Case{FactType::enrolled, as_it_is, "a customer is enrolled once"},
             Case{FactType::hold_captured, [](Fact& fact) { fact.request.related = 3; },
                  "a hold is resolved while it is open"},
             Case{FactType::program_put, as_it_is, "a fact of this type has another subject"},
             Case{FactType::sale, [](Fact& fact) { fact.subject = {}; }, "a subject of a known kind"},
             Case{FactType::adjusted,
                  [](Fact& fact) {
                      fact.month = {static_cast<std::uint16_t>(kJanuary.value - 1)};
                      fact.amount = {1};
                  },
                  "figures were checked"},
         }) {
        World world;
        if (std::string_view(wrong.sentence) == "figures were checked") {
            world.record().spend_before_month = {kMaxSum};
        }
        Fact fact = world.of(wrong.type, kAn);
        wrong.change(fact);
        EXPECT_DEATH(world.take(fact), wrong.sentence);
    }
    World world;
    EXPECT_DEATH(world.take(world.of(FactType::order_undone, kNobody)),
                 "an order is undone that was counted");
}

TEST(ApplyDeathTest, AProgramOrKeyThatDoesNotFitStopsTheProcess) {
    World world;
    const model::Bytes document = world.documents.encode(test::program());
    model::Program nowhere = test::program();
    nowhere.time_zone = "Asia/Nowhere";
    Fact put;
    put.type = FactType::program_put;
    put.subject = Subject::of(SubjectKind::program, kShop, 0);
    put.previous = world.shop().last;
    put.version = {2};
    EXPECT_DEATH(world.take(put), "a program in the ledger can be read");
    EXPECT_DEATH(world.take(put, world.documents.encode(nowhere)), "can be compiled");
    put.version = {3};
    EXPECT_DEATH(world.take(put, document), "versions are numbered without gaps");
    put.version = {2};
    put.previous = {};
    EXPECT_DEATH(world.take(put, document), "follows its subject's newest fact");
    put.subject = Subject::of(SubjectKind::program, {9}, 0);
    EXPECT_DEATH(world.take(put, document), "programs are numbered without gaps");
    Fact key;
    key.type = FactType::access_key_added;
    key.subject = kAccess;
    EXPECT_DEATH(world.take(key), "a key of access in the ledger can be read");
    key.previous = {1};
    EXPECT_DEATH(world.take(key), "follows its subject's newest fact");
}

// ---------------------------------------------------------------------------------------- names and keys

std::vector<std::uint64_t> sequences(const NameCandidates& found) {
    std::vector<std::uint64_t> result;
    for (std::size_t i = 0; i < found.count; ++i)
        result.push_back(found.sequences[i].value);
    return result;
}

TEST(ApplyNames, EntersANamedFactInItsScope) {
    World world;
    const model::Name name = model::Name::receipt({1}, "R1");
    Fact sale = world.of(FactType::sale, kAn);
    apply_names(world.state, sale, {70});
    EXPECT_EQ(world.state.names.size(), 0U) << "it has no name";
    sale.set_name(name);
    apply_names(world.state, sale, {70});
    EXPECT_THAT(sequences(world.state.names.find(world.state.hashing.name(kShop, name))),
                ::testing::ElementsAre(70));
    EXPECT_TRUE(world.state.names.find(world.state.hashing.name({2}, name)).empty());

    EXPECT_EQ(name_scope(kAn), kShop);
    EXPECT_EQ(name_scope(kNobody), kShop);
    EXPECT_EQ(name_scope(Subject::of(SubjectKind::program, kShop, 0)), model::ProgramId{0});
    EXPECT_EQ(name_scope(kAccess), model::ProgramId{0});
}

TEST(ApplyNames, LeadsToWhatIsLeftOfAReceipt) {
    World world;
    const std::uint64_t left = world.state.hashing.state_of(SubjectKind::receipt, {3});
    Fact reduced;
    reduced.type = FactType::receipt_reduced;
    reduced.subject = Subject::of(SubjectKind::receipt, kShop, 3);
    apply_names(world.state, reduced, {70});
    EXPECT_THAT(sequences(world.state.names.find(left)), ::testing::ElementsAre(70));
    reduced.previous = {70};
    apply_names(world.state, reduced, {75});
    EXPECT_THAT(sequences(world.state.names.find(left)), ::testing::ElementsAre(75)) << "the newest alone";
}

TEST(ApplyNames, LeadsToHowAHoldEnded) {
    for (const FactType type : {FactType::hold_captured, FactType::hold_released, FactType::hold_expired}) {
        World world;
        Fact end = world.of(type, kAn);
        end.request.related = world.hold.value;
        apply_names(world.state, end, {70});
        EXPECT_THAT(sequences(world.state.names.find(
                        world.state.hashing.state_of(SubjectKind::customer, world.hold))),
                    ::testing::ElementsAre(70));
    }
}

TEST(ApplyKeys, GivesANewcomersKeysOnce) {
    World world;
    const model::KeyDigest card{5, 6, model::KeyKind::card};
    const model::KeyDigest phone{7, 8, model::KeyKind::phone};
    const model::Bytes blob = world.documents.encode(model::EnrollmentRecord{{card, phone}, {}});
    const Fact enrolled = world.of(FactType::enrolled, kAn);
    for (int round = 0; round < 2; ++round) {
        apply_keys(world.state, enrolled, blob);
        EXPECT_EQ(world.shop().keys.find(card), model::CustomerId{1});
        EXPECT_EQ(world.shop().keys.find(phone), model::CustomerId{1});
        EXPECT_EQ(world.shop().keys.size(), 2U);
    }
    apply_keys(world.state, world.of(FactType::sale, kAn), {});  // keeps no keys
    EXPECT_DEATH(apply_keys(world.state, enrolled, {}), "an enrolment in the ledger can be read");
}

}  // namespace
}  // namespace tim::core
