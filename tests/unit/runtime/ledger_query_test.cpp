#include <gtest/gtest.h>

#include <vector>

#include "tests/support/shop.h"

namespace tim::tests {
namespace {

std::vector<std::uint64_t> sequences(const runtime::LedgerPage& page) {
    std::vector<std::uint64_t> all;
    for (const storage::StoredFact& stored : page.facts)
        all.push_back(stored.sequence.value);
    return all;
}

TEST(LedgerQuery, GivesOneProgramsFactsInPages) {
    Shop shop;
    const model::ProgramId other = shop.fixture.put(nhanh_program("other"));
    std::vector<std::uint64_t> own;
    for (int i = 0; i < 20; ++i) {
        own.push_back(shop.sale("S" + std::to_string(i), 10'000).sequence.value);
        shop.fixture.execute(make_sale(other, receipt(1, "S" + std::to_string(i)), "", 10'000));
        if (i % 3 == 0) shop.fixture.commit();
    }
    runtime::Engine& engine = shop.fixture.engine();
    const auto all = engine.ledger(shop.program, {}, 1'000);
    ASSERT_TRUE(all.has_value()) << all.error().message;
    EXPECT_EQ(all->next.value, 0U);
    EXPECT_EQ(all->last, engine.durable()) << "what was carried out was waited for";
    ASSERT_EQ(all->facts.size(), 22U) << "the program, the customer, the sales";
    EXPECT_EQ(all->facts[0].fact.type, model::FactType::program_put);
    EXPECT_EQ(all->facts[1].fact.type, model::FactType::enrolled);

    std::vector<std::uint64_t> paged;
    model::Sequence after{};
    do {
        const auto page = engine.ledger(shop.program, after, 7);
        ASSERT_TRUE(page.has_value());
        EXPECT_LE(page->facts.size(), 7U);
        for (const std::uint64_t sequence : sequences(*page))
            paged.push_back(sequence);
        after = page->next;
    } while (after.value != 0);
    EXPECT_EQ(paged, sequences(*all));
    EXPECT_EQ((std::vector<std::uint64_t>(paged.begin() + 2, paged.end())), own);
}

TEST(LedgerQuery, EndsWhereTheLedgerEnds) {
    Shop shop;
    const model::Sequence last = shop.sale("S", 10'000).sequence;
    runtime::Engine& engine = shop.fixture.engine();
    const auto none = engine.ledger(shop.program, last, 10);
    ASSERT_TRUE(none.has_value());
    EXPECT_TRUE(none->facts.empty());
    EXPECT_EQ(none->next.value, 0U);
    EXPECT_EQ(engine.ledger(shop.program, {UINT64_MAX}, 10)->facts.size(), 0U);
    const auto unknown = engine.ledger({99}, {}, 10);
    ASSERT_FALSE(unknown.has_value());
    EXPECT_EQ(unknown.error().kind, model::ErrorKind::not_found);
}

}  // namespace
}  // namespace tim::tests
