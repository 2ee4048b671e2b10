#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A short run of every mode against one daemon: it ends well only when the sums agree.
TEST(TimBench, EveryModeKeepsTheSums) {
    const TestShop shop(std::vector<std::string>{});
    const auto bench = [&shop](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {TIM_PROGRAM_BENCH, "--server", shop.address(), "--key-file",
                                             shop.key_file(), "--customers", "2000", "--connections", "4",
                                             "--seconds", "0.3", "--warm-up-s", "0.1"});
        return Process(shop.path("."), arguments).wait();
    };
    for (const char* mode : {"sale", "balance", "mix", "redeem", "hold"}) {
        const Ended ended = bench({"--mode", mode, "--depth", "4", "--batch", "10", "--skew", "zipf:0.99"});
        EXPECT_EQ(ended.code, 0) << mode << ended.out << ended.err;
        EXPECT_THAT(ended.out, HasSubstr("they agree")) << mode;
    }
    const Ended open = bench({"--rate", "2000", "--json", shop.path("open.json").string(), "--plot",
                              shop.path("open.svg").string()});
    EXPECT_EQ(open.code, 0) << open.err;
    EXPECT_THAT(shop.read("open.json"), HasSubstr("\"sums_agree\":true"));
    EXPECT_THAT(shop.read("open.svg"), StartsWith("<svg"));
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
}

/// Every sale pays the VIP above the buyer, with a referral code that comes with it, and one that it names.
TEST(TimBench, KeepsTheSumsOfSalesWithSeveralParties) {
    const TestShop shop(std::vector<std::string>{});
    const std::vector<std::vector<std::string>> runs = {{}, {"--detailed"}, {"--detailed", "--referral"}};
    for (const std::vector<std::string>& more : runs) {
        std::vector<std::string> arguments = {TIM_PROGRAM_BENCH,
                                              "--server",
                                              shop.address(),
                                              "--key-file",
                                              shop.key_file(),
                                              "--program",
                                              "lan-toa",
                                              "--rules",
                                              TIM_PRESETS "/lan-toa.json",
                                              "--customers",
                                              "2000",
                                              "--vips",
                                              "20",
                                              "--connections",
                                              "2",
                                              "--batch",
                                              "10",
                                              "--seconds",
                                              "0.3",
                                              "--warm-up-s",
                                              "0.1"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Ended ended = Process(shop.path("."), arguments).wait();
        EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
        EXPECT_THAT(ended.out, HasSubstr("they agree"));
        EXPECT_THAT(ended.out, HasSubstr("refused: 0"));
    }
    EXPECT_THAT(shop.tim({"--program", "lan-toa", "--json", "vip", "commission", "phone:+84900000000"}).out,
                HasSubstr("commission_accrued"));
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
    const std::vector<std::vector<std::string>> wrong_ones = {
        {"--vips", "5", "--customers", "5"}, {"--referral"}, {"--detailed", "--batch", "251"}};
    for (const std::vector<std::string>& wrong : wrong_ones) {
        std::vector<std::string> arguments = {TIM_PROGRAM_BENCH, "--server", shop.address()};
        arguments.insert(arguments.end(), wrong.begin(), wrong.end());
        EXPECT_EQ(Process(shop.path("."), arguments).wait().code, 2) << wrong[0];
    }
}

TEST(TimBench, HelpIsText) {
    const TestShop shop(std::vector<std::string>{});
    const Ended help = Process(shop.path("."), {TIM_PROGRAM_BENCH, "--help"}).wait();
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("{balance,hold,mix,redeem,sale}"));
    for (const char c : help.out)
        EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20) << static_cast<int>(c);
    EXPECT_EQ(Process(shop.path("."), {TIM_PROGRAM_BENCH, "--mode", "rest"}).wait().code, 2);
}

TEST(TimBench, StartsAndStopsADaemonOfItsOwn) {
    const TestShop shop(std::vector<std::string>{});
    const Ended ended =
        Process(shop.path("."), {TIM_PROGRAM_BENCH, "--spawn", "--timd", TIM_PROGRAM_TIMD, "--customers",
                                 "100", "--seconds", "0.2", "--warm-up-s", "0", "--durability", "async"})
            .wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_THAT(ended.out, HasSubstr("they agree"));
}

}  // namespace
}  // namespace tim::integration
