#include "engine/core/care_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tim::core {
namespace {

using model::CareKind;
using model::CarePhase;
using model::CareTexts;

model::Fact noted(std::uint64_t task, std::uint64_t previous, std::int64_t due, CarePhase phase,
                  std::uint64_t customer = 7) {
    model::Fact fact;
    fact.type = model::FactType::care_noted;
    fact.subject = model::Subject::of(model::SubjectKind::care, {1}, task);
    fact.previous = {previous};
    fact.amount = {due};
    fact.care = {customer, phase, CareKind::call, 0, 0, 0};
    return fact;
}

std::vector<std::uint64_t> tasks(const CareBook& book) {
    std::vector<std::uint64_t> ids;
    for (const auto& [place, task] : book.calendar())
        ids.push_back(place.task);
    return ids;
}

TEST(CareBook, KeepsOpenTasksInTheOrderInWhichTheyAreDue) {
    CareBook book;
    book.fold(noted(10, 0, 300, CarePhase::open), {11}, {"NV01", ""});
    book.fold(noted(20, 0, 100, CarePhase::open), {21}, {"", "x"});
    book.fold(noted(30, 0, 300, CarePhase::open, 8), {31}, {});
    EXPECT_THAT(tasks(book), testing::ElementsAre(20, 10, 30));
    EXPECT_EQ(book.calendar().find({300, 10})->second.staff_text(), "NV01");
    EXPECT_EQ(book.open_of({7}), 2U);
    EXPECT_EQ(book.open_of({8}), 1U);
    book.fold(noted(20, 21, 400, CarePhase::open), {41}, {});
    EXPECT_THAT(tasks(book), testing::ElementsAre(10, 30, 20));
    book.fold(noted(10, 11, 300, CarePhase::done), {51}, {});
    book.fold(noted(30, 31, 300, CarePhase::dropped, 8), {61}, {});
    EXPECT_THAT(tasks(book), testing::ElementsAre(20));
    EXPECT_EQ(book.open_of({7}), 1U);
    EXPECT_EQ(book.open_of({8}), 0U);
    EXPECT_EQ(book.last().value, 61U);
}

TEST(CareBook, DigestIsThatOfWhatIsOpenHoweverItCameThere) {
    CareBook book;
    EXPECT_EQ(book.digest(), 0U);
    book.fold(noted(10, 0, 300, CarePhase::open), {11}, {"NV01", ""});
    const std::uint64_t one = book.digest();
    book.fold(noted(20, 0, 100, CarePhase::open), {21}, {});
    EXPECT_NE(book.digest(), one);
    book.fold(noted(20, 21, 100, CarePhase::done), {31}, {});
    EXPECT_EQ(book.digest(), one);
    CareBook restored;
    for (const auto& [place, task] : book.calendar())
        restored.restore(place, task);
    restored.restore(book.last());
    EXPECT_EQ(restored.digest(), one);
    EXPECT_EQ(restored.open_of({7}), 1U);
    EXPECT_EQ(restored.last(), book.last());
}

}  // namespace
}  // namespace tim::core
