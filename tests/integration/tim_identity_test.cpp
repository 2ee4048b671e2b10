// One-time codes as the service behind the members' pages meets them (S1.2).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct MemberPages : TestShop {
    MemberPages() {
        put_program();
        EXPECT_EQ(tim({"enroll", "phone:+84901234567"}).code, 0);
        EXPECT_EQ(
            tim({"keys", "add", "web", "--role", "member-service", "--out", path("web.key").string()}).code,
            0);
    }
    Ended web(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"--key-file", path("web.key").string()});
        return tim(std::move(arguments));
    }
};

TEST(TimIdentity, S1_2_ACodeIsAskedForAndProvesThePhoneOnce) {
    const MemberPages shop;
    const std::string id = "000102030405060708090a0b0c0d0e0f";
    const Ended issued = shop.web({"--json", "otp", "issue", "phone:+84901234567", "--request-id", id});
    ASSERT_EQ(issued.code, 0) << issued.err;
    EXPECT_THAT(issued.out, HasSubstr(R"({"state":"issued","duplicate":false,"code":")"));
    const std::string code = issued.out.substr(issued.out.find("\"code\":\"") + 8, 6);
    const Ended again = shop.web({"--json", "otp", "issue", "phone:+84901234567", "--request-id", id});
    EXPECT_THAT(again.out, AllOf(HasSubstr(R"("duplicate":true)"), HasSubstr(code)));
    const Ended soon = shop.web({"otp", "issue", "phone:+84901234567"});
    EXPECT_EQ(soon.code, 1);
    EXPECT_THAT(soon.err, HasSubstr("(too_soon)"));

    const std::string other = code == "000000" ? "000001" : "000000";
    const Ended wrong = shop.web({"otp", "verify", "phone:+84901234567", other});
    EXPECT_EQ(wrong.code, 1);
    EXPECT_THAT(wrong.err, HasSubstr("that is not the code (4 more may be tried)"));
    EXPECT_EQ(shop.web({"otp", "verify", "phone:+84901234567", code}).out, "verified: id:1\n");
    EXPECT_THAT(shop.web({"otp", "verify", "phone:+84901234567", code}).err, HasSubstr("(used)"));
    EXPECT_THAT(shop.web({"otp", "verify", "email:an@example.vn", code}).err, HasSubstr("(unknown)"));
    EXPECT_EQ(shop.web({"otp", "issue", "card:1"}).code, 2);
    EXPECT_EQ(shop.web({"otp", "issue", "phone:+84901234567", "--purpose", "fun"}).code, 2);
}

}  // namespace
}  // namespace tim::integration
