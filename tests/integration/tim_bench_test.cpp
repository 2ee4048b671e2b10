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
