#include "engine/model/access.h"

#include <gtest/gtest.h>

namespace tim::model {
namespace {

TEST(Role, IsReadByTheNameThatItPrints) {
    for (const Role role : {Role::pos, Role::checkout, Role::admin}) {
        const auto read = parse_role(role_name(role));
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(*read, role);
    }
    EXPECT_EQ(role_name(Role::checkout), "checkout");
    EXPECT_EQ(role_name(static_cast<Role>(9)), "unknown");
}

TEST(Role, RefusesOtherNames) {
    for (const auto* text : {"", "root", "POS", "admin ", "unknown"})
        EXPECT_FALSE(parse_role(text)) << text;
}

TEST(AccessKeyId, IsOneTo32LowerCaseCharacters) {
    EXPECT_TRUE(is_access_key_id("a"));
    EXPECT_TRUE(is_access_key_id("till-7.shop_2"));
    EXPECT_TRUE(is_access_key_id(std::string(32, 'x')));
    EXPECT_FALSE(is_access_key_id(""));
    EXPECT_FALSE(is_access_key_id(std::string(33, 'x')));
    for (const auto* text : {"Till", "a b", "a/b", "a,b", "a=b", "quầy"})
        EXPECT_FALSE(is_access_key_id(text)) << text;
}

}  // namespace
}  // namespace tim::model
