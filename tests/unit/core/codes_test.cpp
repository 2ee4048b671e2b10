#include "engine/core/codes.h"

#include <gtest/gtest.h>

#include <set>

namespace tim::core {
namespace {

const Hashing kHashing(4711);

TEST(ReferralCode, LeadsBackToItsSale) {
    std::set<std::string> codes;
    for (const std::uint64_t sale :
         {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{4'000'000'000}, (std::uint64_t{1} << 47) - 1}) {
        for (const std::uint16_t program : std::initializer_list<std::uint16_t>{1, 2, 1024}) {
            const std::string code = referral_code(kHashing, {program}, {sale});
            EXPECT_EQ(code.size(), kCodeLength);
            EXPECT_EQ(code.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos) << code;
            EXPECT_TRUE(codes.insert(code).second) << code;
            const auto found = read_referral_code(kHashing, {program}, code);
            ASSERT_TRUE(found);
            EXPECT_EQ(found->value, sale);
        }
    }
}

TEST(ReferralCode, IsReadAsPeopleTypeIt) {
    // Whatever code has the look-alikes: the first that has a zero and a one.
    for (std::uint64_t sale = 1;; ++sale) {
        std::string code = referral_code(kHashing, {1}, {sale});
        if (code.find('0') == std::string::npos || code.find('1') == std::string::npos) continue;
        code.replace(code.find('0'), 1, "o");
        code.replace(code.find('1'), 1, "l");
        code.insert(4, " ").insert(9, "-");
        const auto found = read_referral_code(kHashing, {1}, code);
        ASSERT_TRUE(found) << code;
        EXPECT_EQ(found->value, sale);
        return;
    }
}

TEST(ReferralCode, OthersAreNone) {
    const std::string code = referral_code(kHashing, {1}, {77});
    EXPECT_FALSE(read_referral_code(kHashing, {1}, ""));
    EXPECT_FALSE(read_referral_code(kHashing, {1}, code.substr(1)));
    EXPECT_FALSE(read_referral_code(kHashing, {1}, code + "0"));
    EXPECT_FALSE(read_referral_code(kHashing, {1}, "U" + code.substr(1)));
    EXPECT_FALSE(read_referral_code(kHashing, {1}, "€" + code.substr(3)));
    EXPECT_FALSE(read_referral_code(kHashing, {2}, code));
    EXPECT_FALSE(read_referral_code(Hashing(4712), {1}, code));
    // A letter mistyped is told: of all that differ in one place, hardly any is a code.
    int codes = 0;
    for (std::size_t place = 0; place < code.size(); ++place)
        for (const char c : std::string("0123456789ABCDEFGHJKMNPQRSTVWXYZ")) {
            std::string other = code;
            other[place] = c;
            if (other != code && read_referral_code(kHashing, {1}, other)) ++codes;
        }
    EXPECT_LE(codes, 2);
}

TEST(VoucherCode, IsReadAndIsNoReferralCode) {
    for (const std::uint64_t issued : {std::uint64_t{1}, std::uint64_t{77}, (std::uint64_t{1} << 47) - 1}) {
        const std::string code = voucher_code(kHashing, {1}, {issued});
        EXPECT_EQ(code.size(), kCodeLength);
        EXPECT_EQ(read_voucher_code(kHashing, {1}, code), model::Sequence{issued});
        EXPECT_FALSE(read_referral_code(kHashing, {1}, code));
        EXPECT_FALSE(read_voucher_code(kHashing, {2}, code));
        EXPECT_FALSE(read_voucher_code(kHashing, {1}, referral_code(kHashing, {1}, {issued})));
    }
}

}  // namespace
}  // namespace tim::core
