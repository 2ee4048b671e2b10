// Keys of access, who did what, and who customers are, as an operator meets them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Desk : TestShop {
    Desk() {
        put_program();
        EXPECT_EQ(tim({"enroll", "phone:+84901234567", "--name", "An", "--at", "2026-03-01T08:00"}).code, 0);
    }
    /// As somebody with a key of that role.
    Ended as(const std::string& role, std::vector<std::string> arguments) const {
        const std::string file = path(role + ".key").string();
        if (!std::filesystem::exists(file))
            EXPECT_EQ(tim({"keys", "add", role, "--role", role, "--out", file}).code, 0);
        arguments.insert(arguments.begin(), {"--key-file", file});
        return tim(std::move(arguments));
    }
};

TEST(TimKeys, HaveARoleProgramsAndAnEnd) {
    const Desk desk;
    const std::string file = desk.path("season.key").string();
    const Ended added = desk.tim({"keys", "add", "season", "--role", "staff", "--programs", "shop,other",
                                  "--expires", "2099-03-01T00:00:00+07:00", "--out", file});
    EXPECT_EQ(added.code, 0) << added.err;
    const std::string list = desk.tim({"--json", "keys", "list"}).out;
    EXPECT_THAT(list, HasSubstr(R"("key":"season","role":"staff","programs":["shop","other"])"));
    EXPECT_THAT(list, HasSubstr(R"("expires_at":"2099-02-28T17:00:00+00:00")"));
    const Ended shown = desk.tim({"--key-file", file, "show", "id:1"});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_EQ(desk.tim({"keys", "revoke", "season"}).code, 0);
    EXPECT_EQ(desk.tim({"--key-file", file, "show", "id:1"}).code, 3) << "it lets nobody in";
    EXPECT_THAT(desk.tim({"keys", "list"}).out, HasSubstr("revoked"));

    const Ended over = desk.tim({"keys", "add", "late", "--role", "pos", "--expires", "2020-01-01T00:00",
                                 "--out", desk.path("late.key").string()});
    EXPECT_NE(over.code, 0);
    EXPECT_THAT(over.err, HasSubstr("is over"));
    EXPECT_FALSE(std::filesystem::exists(desk.path("late.key"))) << "nobody has a key that is none";
    EXPECT_EQ(desk.tim({"keys", "add", "x", "--role", "boss"}).code, 2);
}

TEST(TimKeys, AllowWhatTheirRoleDoesAndNoMore) {
    const Desk desk;
    EXPECT_EQ(desk.as("pos", {"adjust", "id:1", "--points", "5", "--reason", "x"}).code, 1);
    const Ended sold = desk.as("pos", {"sale", "id:1", "--receipt", "1/A1", "--amount", "50000"});
    EXPECT_EQ(sold.code, 0) << sold.err;
    const Ended blind = desk.as("checkout", {"show", "phone:+84901234567"});
    EXPECT_EQ(blind.code, 0) << blind.err;
    EXPECT_THAT(blind.out, Not(HasSubstr("901234567")));
    EXPECT_THAT(blind.out, Not(HasSubstr("An\n")));
    EXPECT_THAT(blind.out, HasSubstr("id:1"));
    EXPECT_THAT(desk.as("staff", {"show", "phone:+84901234567"}).out, HasSubstr("+84901234567"));
    EXPECT_EQ(desk.as("auditor", {"verify"}).code, 0);
    EXPECT_EQ(desk.as("auditor", {"block", "id:1", "--reason", "x"}).code, 1);
    EXPECT_EQ(desk.as("member-service", {"rekey", "id:1", "--add", "card:7"}).code, 0);
    EXPECT_EQ(desk.as("staff", {"adjust", "id:1", "--points", "5", "--reason", "x"}).code, 1);
}

TEST(TimAudit, TellsWhoDidWhat) {
    const Desk desk;
    EXPECT_EQ(desk.tim({"adjust", "id:1", "--points", "7", "--reason", "sorry"}).code, 0);
    EXPECT_EQ(desk.as("staff", {"block", "id:1", "--reason", "card reported stolen"}).code, 0);
    EXPECT_EQ(desk.as("staff", {"unblock", "id:1", "--reason", "found again"}).code, 0);
    const std::string all = desk.as("auditor", {"--json", "audit"}).out;
    EXPECT_THAT(all, HasSubstr(R"("type":"program_put","program":"shop")"));
    EXPECT_THAT(all, HasSubstr(R"("by":"admin","type":"adjusted")"));
    EXPECT_THAT(all, HasSubstr(R"("reason":"sorry")"));
    EXPECT_THAT(all, HasSubstr(R"("reason":"staff, staff")")) << "the keys that were added";
    const std::string own = desk.tim({"audit", "--by", "staff"}).out;
    EXPECT_THAT(own, HasSubstr("customer_blocked"));
    EXPECT_THAT(own, HasSubstr("card reported stolen"));
    EXPECT_THAT(own, Not(HasSubstr("adjusted")));
    EXPECT_THAT(desk.tim({"history", "id:1"}).out, HasSubstr("by staff"));
    EXPECT_THAT(desk.tim({"--json", "history", "id:1"}).out, HasSubstr(R"("by":"admin")"));
    EXPECT_EQ(desk.tim({"audit", "--by", "nobody"}).code, 1);
}

TEST(TimPeople, AreBlockedRekeyedAndErased) {
    const Desk desk;
    const Ended blocked = desk.tim({"block", "phone:+84901234567", "--reason", "stolen"});
    EXPECT_EQ(blocked.code, 0) << blocked.err;
    EXPECT_THAT(desk.tim({"show", "id:1"}).out, HasSubstr("earns, and spends nothing"));
    const Ended refused = desk.tim({"redeem", "id:1", "--points", "1"});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("customer_blocked"));
    EXPECT_EQ(desk.tim({"unblock", "id:1", "--reason", "found"}).code, 0);

    const Ended changed = desk.tim({"rekey", "phone:+84901234567", "--add", "phone:+84907654321", "--drop",
                                    "phone:+84901234567", "--name", "An Khang"});
    EXPECT_EQ(changed.code, 0) << changed.err;
    EXPECT_THAT(desk.tim({"show", "phone:+84907654321"}).out, HasSubstr("An Khang"));
    EXPECT_EQ(desk.tim({"show", "phone:+84901234567"}).code, 1);
    EXPECT_EQ(desk.tim({"rekey", "id:1"}).code, 2) << "change what?";

    EXPECT_EQ(desk.tim({"erase", "id:1", "--reason", "asked"}).code, 2) << "it has to be meant";
    EXPECT_EQ(desk.tim({"erase", "phone:+84907654321", "--reason", "asked", "--yes"}).code, 0);
    EXPECT_THAT(desk.tim({"show", "id:1"}).out, HasSubstr("erased"));
    EXPECT_EQ(desk.tim({"show", "phone:+84907654321"}).code, 1);
    EXPECT_EQ(desk.tim({"verify"}).code, 0);
}

TEST(TimPeople, ClaimAReceiptThatWasNobodys) {
    const Desk desk;
    const std::string feed = desk.write("feed.csv",
                                        "kind,receipt,at,terminal,customer,amount\n"
                                        "sale,A1,2026-03-02T08:00,1,,95000\n");
    EXPECT_EQ(desk.tim({"feed", feed}).code, 0);
    const Ended claimed = desk.as("pos", {"claim", "phone:+84901234567", "1/A1"});
    EXPECT_EQ(claimed.code, 0) << claimed.err;
    EXPECT_THAT(claimed.out, HasSubstr("+9"));
    EXPECT_THAT(desk.tim({"explain", "1/A1"}).out, HasSubstr("id:1"));
    const Ended again = desk.tim({"claim", "phone:+84901234567", "1/A1"});
    EXPECT_EQ(again.code, 1);
    EXPECT_THAT(again.err, HasSubstr("not_anonymous"));
    EXPECT_EQ(desk.tim({"return", "phone:+84901234567", "--receipt", "1/B1", "--amount", "95000",
                        "--original", "1/A1", "--at", "2026-03-03T08:00"})
                  .code,
              0);
    EXPECT_THAT(desk.tim({"--json", "show", "id:1"}).out, HasSubstr(R"("points":0)"));
    EXPECT_EQ(desk.tim({"verify"}).code, 0);
}

}  // namespace
}  // namespace tim::integration
