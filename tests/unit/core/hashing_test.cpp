#include "engine/core/hashing.h"

#include <gtest/gtest.h>

#include <set>

namespace tim::core {
namespace {

using model::KeyKind;
using model::Name;

TEST(Hashing, OfAKeyGoesByItsKindItsTextAndTheSecret) {
    const Hashing hashing(1);
    const model::KeyDigest digest = hashing.key(KeyKind::card, "20417");
    EXPECT_EQ(hashing.key(KeyKind::card, "20417"), digest);
    EXPECT_EQ(digest.kind, KeyKind::card);
    EXPECT_LE(digest.low, 0xFFFFFFU) << "24 bits: an entry of the index has no more";
    for (const model::KeyDigest& other :
         {hashing.key(KeyKind::phone, "20417"), hashing.key(KeyKind::card, "20418"),
          Hashing(2).key(KeyKind::card, "20417")}) {
        EXPECT_NE(other.high, digest.high);
        EXPECT_NE(other.low, digest.low);
    }
}

TEST(Hashing, OfANameGoesByEveryPartOfIt) {
    const Name request = Name::request({'R', '1'});
    Name receipt_of_the_same_bytes = request;
    receipt_of_the_same_bytes.kind = model::NameKind::receipt;
    const Hashing hashing(1);
    std::set<std::uint64_t> fingerprints = {
        hashing.name({1}, Name::receipt({1}, "R1")),
        hashing.name({2}, Name::receipt({1}, "R1")),
        hashing.name({1}, Name::receipt({2}, "R1")),
        hashing.name({1}, Name::receipt({1}, "R2")),
        hashing.name({1}, Name::receipt({1}, "R1      x")),
        hashing.name({1}, Name::receipt({1}, "R1              x")),
        Hashing(2).name({1}, Name::receipt({1}, "R1")),
        hashing.name({1}, request),
    };
    EXPECT_EQ(fingerprints.size(), 8U);
    EXPECT_EQ(hashing.name({1}, Name::receipt({1}, "R1")), hashing.name({1}, Name::receipt({1}, "R1")));
    EXPECT_NE(hashing.name({1}, request), hashing.name({1}, receipt_of_the_same_bytes));
}

TEST(Hashing, OfStateGoesByItsKindItsBeginningAndTheSecret) {
    using model::SubjectKind;
    const std::set<std::uint64_t> fingerprints = {
        Hashing(1).state_of(SubjectKind::receipt, {3}), Hashing(1).state_of(SubjectKind::customer, {3}),
        Hashing(1).state_of(SubjectKind::receipt, {4}), Hashing(2).state_of(SubjectKind::receipt, {3})};
    EXPECT_EQ(fingerprints.size(), 4U);
}

}  // namespace
}  // namespace tim::core
