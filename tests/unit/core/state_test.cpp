#include "engine/core/state.h"

#include <gtest/gtest.h>

#include "desk.h"

namespace tim::core {
namespace {

TEST(ProgramState, FindsTheVersionInForce) {
    ProgramState program({1}, "shop");
    EXPECT_EQ(program.version_count(), 0);
    program.add_version(test::compile(test::program(), {1}));
    program.add_version(test::compile(test::program(), {2}, {100}));
    program.add_version(test::compile(test::program(), {3}, {100}));
    program.add_version(test::compile(test::program(), {4}, {200}));
    EXPECT_EQ(program.newest().version().value, 4);
    struct Case {
        std::int64_t at;
        std::uint16_t known, version;
    };
    for (const Case& given : {Case{INT64_MIN, 4, 1}, Case{99, 4, 1}, Case{100, 4, 3}, Case{199, 4, 3},
                              Case{200, 4, 4}, Case{INT64_MAX, 4, 4}, Case{INT64_MAX, 2, 2}, Case{50, 2, 1}})
        EXPECT_EQ(program.version_at({given.at}, {given.known}).version().value, given.version)
            << given.at << " of " << given.known;
    EXPECT_EQ(program.version_at({150}).version().value, 3);
}

TEST(ProgramState, TheLatestInstantNeverGoesBack) {
    ProgramState program({1}, "shop");
    EXPECT_EQ(program.latest(), model::kNoInstant);
    program.advance_latest({5});
    program.advance_latest({3});
    EXPECT_EQ(program.latest(), model::Instant{5});
}

TEST(ProgramStateDeathTest, VersionsFollowOneAnother) {
    ProgramState program({1}, "shop");
    EXPECT_DEATH(program.add_version(test::compile(test::program(), {2})),
                 "versions are numbered without gaps");
}

TEST(StripeOf, KeepsABlockTogetherAndGoesRound) {
    EXPECT_EQ(stripe_of({0}), 0U);
    EXPECT_EQ(stripe_of({kRecordsPerBlock - 1}), 0U);
    EXPECT_EQ(stripe_of({kRecordsPerBlock}), 1U);
    EXPECT_EQ(stripe_of({kRecordsPerBlock * kStripes - 1}), kStripes - 1);
    EXPECT_EQ(stripe_of({kRecordsPerBlock * kStripes}), 0U);
}

}  // namespace
}  // namespace tim::core
