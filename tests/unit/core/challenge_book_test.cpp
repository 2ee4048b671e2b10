#include "engine/core/challenge_book.h"

#include <gtest/gtest.h>

namespace tim::core {
namespace {

using enum ChallengeState;

constexpr model::Instant kNow{1'700'000'000'000};

ChallengeKey key_of(std::uint64_t number, ChallengePurpose purpose = ChallengePurpose::login) {
    return {{1}, purpose, {number, 7, model::KeyKind::phone, {}}};
}

ChallengeBook::RequestId request(std::uint8_t number) {
    return {number, 1};
}

model::Instant after(std::int64_t ms) {
    return {kNow.value + ms};
}

TEST(ChallengeBook, AChallengeIsMetOnce) {
    ChallengeBook book;
    EXPECT_EQ(book.find(key_of(1), request(9), kNow).state, unknown);
    EXPECT_EQ(book.begin(key_of(1), request(1), kNow).state, issued);
    const auto open = book.find(key_of(1), request(9), after(1));
    EXPECT_EQ(open.state, issued);
    EXPECT_EQ(open.at, kNow);
    EXPECT_EQ(open.begun_by, request(1));
    EXPECT_EQ(book.judge(key_of(1), request(9), true).state, verified);
    EXPECT_EQ(book.find(key_of(1), request(8), after(2)).state, used);
    const auto again = book.find(key_of(1), request(9), after(2));
    EXPECT_EQ(again.state, verified) << "whose answer was lost asks again";
    EXPECT_TRUE(again.duplicate);
}

TEST(ChallengeBook, FiveTriesAreAllThereIs) {
    ChallengeBook book;
    book.begin(key_of(1), request(1), kNow);
    for (std::uint8_t left = kChallengeTries; left-- > 0;) {
        ASSERT_EQ(book.find(key_of(1), request(9), kNow).state, issued);
        EXPECT_EQ(book.judge(key_of(1), request(9), false).tries_left, left);
    }
    EXPECT_EQ(book.find(key_of(1), request(9), kNow).state, spent);
    // The next challenge has its own.
    EXPECT_EQ(book.begin(key_of(1), request(2), after(kChallengePauseMs)).state, issued);
    EXPECT_EQ(book.find(key_of(1), request(9), after(kChallengePauseMs)).state, issued);
}

TEST(ChallengeBook, EndsAfterFiveMinutes) {
    ChallengeBook book;
    book.begin(key_of(1), request(1), kNow);
    EXPECT_EQ(book.find(key_of(1), request(9), after(kChallengeLifeMs - 1)).state, issued);
    EXPECT_EQ(book.find(key_of(1), request(9), after(kChallengeLifeMs)).state, expired);
}

TEST(ChallengeBook, TheSameRequestIsTheSameChallenge) {
    ChallengeBook book;
    book.begin(key_of(1), request(1), kNow);
    const auto again = book.begin(key_of(1), request(1), after(1'000));
    EXPECT_EQ(again.state, issued);
    EXPECT_TRUE(again.duplicate);
    EXPECT_EQ(again.at, kNow);
    EXPECT_EQ(book.begin(key_of(1), request(1), after(kChallengeLifeMs)).at, after(kChallengeLifeMs))
        << "once that is over it is a new one";
}

TEST(ChallengeBook, ChallengesArePacedByKeyAndPurpose) {
    ChallengeBook book;
    EXPECT_EQ(book.begin(key_of(1), request(1), kNow).state, issued);
    const auto soon = book.begin(key_of(1), request(2), after(10'000));
    EXPECT_EQ(soon.state, too_soon);
    EXPECT_EQ(soon.wait_ms, kChallengePauseMs - 10'000);
    EXPECT_EQ(book.begin(key_of(2), request(2), after(10'000)).state, issued);
    EXPECT_EQ(book.begin(key_of(1, ChallengePurpose::password), request(2), after(10'000)).state, issued);
    for (std::uint8_t i = 1; i < kChallengesPerHour; ++i)
        EXPECT_EQ(
            book.begin(key_of(1), request(static_cast<std::uint8_t>(10 + i)), after(i * kChallengePauseMs))
                .state,
            issued);
    const std::int64_t then = kChallengesPerHour * kChallengePauseMs;
    const auto many = book.begin(key_of(1), request(99), after(then));
    EXPECT_EQ(many.state, too_many);
    EXPECT_EQ(many.wait_ms, kChallengeHourMs - then);
    EXPECT_EQ(book.begin(key_of(1), request(99), after(kChallengeHourMs)).state, issued);
}

TEST(ChallengeBook, ForgetsWhatIsAnHourOld) {
    ChallengeBook book;
    for (std::uint64_t i = 0; i < 1'000; ++i)
        book.begin(key_of(i), request(1), after(static_cast<std::int64_t>(i)));
    EXPECT_EQ(book.size(), 1'000U);
    book.begin(key_of(5), request(2), after(kChallengeHourMs / 2));
    book.begin(key_of(5'000), request(1), after(kChallengeHourMs + 1'000));
    EXPECT_EQ(book.size(), 2U) << "but for the one that was asked for again";
    EXPECT_EQ(book.find(key_of(5), request(9), after(kChallengeHourMs + 1'000)).state, expired);
}

TEST(ChallengeBook, HasABound) {
    ChallengeBook book;
    for (std::uint64_t i = 0; i < kMaxChallenges; ++i)
        ASSERT_EQ(book.begin(key_of(i), request(1), kNow).state, issued);
    EXPECT_EQ(book.begin(key_of(kMaxChallenges), request(1), kNow).state, too_many);
    EXPECT_EQ(book.begin(key_of(3), request(2), after(kChallengePauseMs)).state, issued);
    EXPECT_EQ(book.begin(key_of(kMaxChallenges), request(1), after(kChallengeHourMs)).state, issued);
}

}  // namespace
}  // namespace tim::core
