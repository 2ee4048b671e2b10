#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "process.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/program_json.h"
#include "protocol/codec/scram.h"
#include "unit/server/caller.h"

namespace tim::integration {
namespace {

using server::test::PlainCaller;
using server::test::Received;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kProgram = R"({
  "id": "shop", "name": "Shop", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
  "points": { "earn": { "per_amount": "10000", "points": 1 } },
  "tiering": { "criterion": "lifetime_spend", "downgrade": "immediate", "review": "never" },
  "tiers": [ { "id": "base", "name": "Base", "min": "0" }, { "id": "gold", "name": "Gold", "min": "1000000" } ]
})";

class TimdTest : public ::testing::Test {
  protected:
    std::vector<std::string> usual(std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"--data", data(), "--listen", "127.0.0.1:0"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    std::string data() const { return (folder_.path() / "data").string(); }
    codec::AccessSecret admin_key() const {
        const auto secret = codec::read_key_file(folder_.path() / "data" / "admin.key");
        EXPECT_TRUE(secret.has_value());
        return secret.value_or(codec::AccessSecret{});
    }

    static void put_program(PlainCaller& caller) {
        auto program = codec::parse_program_json(kProgram, "shop.json");
        ASSERT_TRUE(program.has_value()) << program.error().message;
        schema::ProgramPutT put;
        put.request_id.assign(16, 1);
        put.program = codec::to_schema(*program);
        caller.client().request(1, std::move(put));
        schema::EnrollBatchT enroll;
        enroll.program = "shop";
        enroll.rows.push_back(std::make_unique<schema::EnrollmentT>());
        enroll.rows[0]->request_id.assign(16, 2);
        enroll.rows[0]->keys.push_back(std::make_unique<schema::CustomerKeyT>());
        enroll.rows[0]->keys[0]->kind = schema::CustomerKind::card;
        enroll.rows[0]->keys[0]->text = "20417";
        caller.client().request(2, std::move(enroll));
        caller.send();
        const auto replies = caller.receive(2);
        ASSERT_EQ(replies.size(), 2U);
        for (const Received& reply : replies) {
            ASSERT_EQ(reply.type(), schema::ReplyBody::CommandResults) << reply.failure()->message()->str();
            EXPECT_EQ(reply.reply->body_as_CommandResults()->rows()->Get(0)->refusal(), 0);
        }
    }
    static std::int64_t points(PlainCaller& caller) {
        schema::ShowRequestT show;
        show.program = "shop";
        show.customer = std::make_unique<schema::CustomerKeyT>();
        show.customer->kind = schema::CustomerKind::card;
        show.customer->text = "20417";
        caller.client().request(9, std::move(show));
        caller.send();
        const auto replies = caller.receive();
        if (replies.empty() || replies[0].type() != schema::ReplyBody::Customer) return -1;
        return replies[0].reply->body_as_Customer()->points();
    }

    TemporaryFolder folder_;
};

TEST_F(TimdTest, ServesFromReadyToSigtermAndKeepsWhatItAnswered) {
    {
        Timd timd(usual());
        const std::uint16_t port = timd.wait_ready();
        ASSERT_NE(port, 0) << timd.wait().err;
        struct stat info {};
        ASSERT_EQ(::stat((data() + "/admin.key").c_str(), &info), 0);
        EXPECT_EQ(info.st_mode & 0777U, 0600U);
        PlainCaller caller(port, admin_key());
        ASSERT_TRUE(caller.authenticate()) << caller.refusal();
        put_program(caller);
        caller.client().sales(3, 5, 50'000);
        caller.send();
        const auto replies = caller.receive();
        ASSERT_EQ(replies.size(), 1U);
        const auto* rows = replies[0].reply->body_as_SaleResults()->rows();
        ASSERT_EQ(rows->size(), 5U);
        EXPECT_EQ(rows->Get(4)->refusal(), 0);
        EXPECT_EQ(rows->Get(4)->balance(), 25);
        EXPECT_EQ(points(caller), 25);
        timd.signal(SIGTERM);
        const Ended ended = timd.wait();
        EXPECT_EQ(ended.exit_code, 0) << ended.err;
        EXPECT_EQ(ended.out, "ready 127.0.0.1:" + std::to_string(port) + "\n");
    }
    for (const int signal : {SIGKILL, SIGINT}) {
        Timd timd(usual());
        const std::uint16_t port = timd.wait_ready();
        ASSERT_NE(port, 0) << timd.wait().err;
        PlainCaller caller(port, admin_key());
        ASSERT_TRUE(caller.authenticate()) << "the key of the first start still serves";
        EXPECT_EQ(points(caller), 25);
        timd.signal(signal);
        EXPECT_EQ(timd.wait().exit_code, signal == SIGINT ? 0 : -1);
    }
}

TEST_F(TimdTest, StoppingEndsLongQueriesEarly) {
    Timd timd(usual());
    const std::uint16_t port = timd.wait_ready();
    ASSERT_NE(port, 0) << timd.wait().err;
    PlainCaller seller(port, admin_key());
    ASSERT_TRUE(seller.authenticate()) << seller.refusal();
    put_program(seller);
    constexpr std::uint32_t kBatches = 60;
    for (std::uint32_t round = 0; round < 4; ++round) {  // as much at a time as waits without being read
        for (std::uint32_t i = 0; i < kBatches; ++i)
            seller.client().sales(10 + round * kBatches + i, 1'000, 10'000);
        seller.send();
        ASSERT_EQ(seller.receive(kBatches).size(), kBatches);
    }

    // All have proved their keys before the first asks: from then on only a few bytes go to and fro, and the
    // two threads for queries have far more to do than they can be through with until the signal comes.
    std::vector<std::unique_ptr<PlainCaller>> askers;
    for (int i = 0; i < 40; ++i) {
        PlainCaller& asker = *askers.emplace_back(std::make_unique<PlainCaller>(port, admin_key()));
        ASSERT_TRUE(asker.authenticate());
        for (std::uint32_t request = 1; request <= 4; ++request)
            asker.client().request(request, schema::VerifyRequestT{});
        asker.client().request(5, schema::PingT{});
    }
    for (const auto& asker : askers)
        asker->send();
    std::vector<std::size_t> answered(askers.size());
    std::size_t stopping = 0;
    const auto count = [&](std::size_t asker, const std::vector<Received>& replies) {
        bool pinged = false;
        for (const Received& reply : replies) {
            pinged = pinged || reply.type() == schema::ReplyBody::Pong;
            if (reply.failure() != nullptr && reply.failure()->code() == schema::FailureCode::stopping)
                ++stopping;
            if (reply.failure() != nullptr || reply.type() == schema::ReplyBody::VerifyReply)
                ++answered[asker];
        }
        return pinged;
    };
    for (std::size_t i = 0; i < askers.size(); ++i) {
        while (!count(i, askers[i]->receive())) {  // the Pong: what came before it was taken
        }
    }
    timd.signal(SIGTERM);
    for (std::size_t i = 0; i < askers.size(); ++i) {
        for (auto replies = askers[i]->receive(); !replies.empty(); replies = askers[i]->receive())
            count(i, replies);
        EXPECT_EQ(answered[i], 4U) << "each is answered, to the end or not";
    }
    EXPECT_GT(stopping, 0U);
    EXPECT_EQ(timd.wait().exit_code, 0);
}

TEST_F(TimdTest, ASecondProcessOnTheSameDataIsRefused) {
    Timd first(usual());
    ASSERT_NE(first.wait_ready(), 0);
    const Ended second = run_timd(usual());
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_THAT(second.err, HasSubstr(data()));
    EXPECT_EQ(second.out, "");
    first.signal(SIGTERM);
    EXPECT_EQ(first.wait().exit_code, 0);
}

TEST_F(TimdTest, AnAddressInUseIsRefused) {
    Timd first(usual());
    const std::uint16_t port = first.wait_ready();
    ASSERT_NE(port, 0);
    const Ended second = run_timd(
        {"--data", (folder_.path() / "other").string(), "--listen", "127.0.0.1:" + std::to_string(port)});
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_THAT(second.err, HasSubstr(std::to_string(port)));
}

TEST_F(TimdTest, RandomBytesAndWrongKeysDisturbNobody) {
    Timd timd(usual());
    const std::uint16_t port = timd.wait_ready();
    ASSERT_NE(port, 0);

    PlainCaller vandal(port, admin_key());
    const std::array<std::byte, 32> rubbish{std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                                            std::byte{0xff}};
    vandal.client().out.append(rubbish);
    vandal.send();
    const auto replies = vandal.receive();
    ASSERT_EQ(replies.size(), 1U);
    EXPECT_EQ(replies[0].failure()->code(), schema::FailureCode::too_large);
    EXPECT_TRUE(vandal.ended());

    codec::AccessSecret wrong = admin_key();
    wrong.secret[0] ^= 1;
    PlainCaller thief(port, wrong);
    EXPECT_FALSE(thief.authenticate());
    EXPECT_TRUE(thief.ended());

    PlainCaller caller(port, admin_key());
    EXPECT_TRUE(caller.authenticate());
    timd.signal(SIGTERM);
    EXPECT_EQ(timd.wait().exit_code, 0);
}

TEST_F(TimdTest, AFullMapRefusesSalesAndStillShowsBalances) {
    Timd timd(usual({"--map-size-mib", "6"}));
    const std::uint16_t port = timd.wait_ready();
    ASSERT_NE(port, 0) << timd.wait().err;
    PlainCaller caller(port, admin_key());
    ASSERT_TRUE(caller.authenticate()) << caller.refusal();
    put_program(caller);
    std::uint16_t refusal = 0;
    std::int64_t balance = 0;
    for (std::uint32_t i = 0; i < 500 && refusal == 0; ++i) {
        caller.client().sales(i, 1'000, 10'000);
        caller.send();
        const auto replies = caller.receive();
        ASSERT_EQ(replies.size(), 1U);
        ASSERT_EQ(replies[0].type(), schema::ReplyBody::SaleResults);
        for (const auto* row : *replies[0].reply->body_as_SaleResults()->rows()) {
            if (row->refusal() == 0) balance = row->balance();
            if (row->refusal() != 0) refusal = row->refusal();
        }
    }
    EXPECT_EQ(refusal, static_cast<std::uint16_t>(model::Refusal::disk_full));
    EXPECT_EQ(points(caller), balance);
    timd.signal(SIGTERM);
    const Ended ended = timd.wait();
    EXPECT_EQ(ended.exit_code, 0);
    // Told once, though many were refused.
    const std::string sentence = data() + "/ledger is full: commands are refused (disk_full)";
    const std::size_t told = ended.err.find(sentence);
    ASSERT_NE(told, std::string::npos) << ended.err;
    EXPECT_EQ(ended.err.find(sentence, told + 1), std::string::npos) << ended.err;
}

// ---------------------------------------------------------------------------------------- options

TEST_F(TimdTest, HelpHasExamplesAndVersionIsTold) {
    const Ended help = run_timd({"--help"});
    EXPECT_EQ(help.exit_code, 0);
    EXPECT_THAT(help.out, HasSubstr("Examples:"));
    EXPECT_THAT(help.out, HasSubstr("--tls-client-ca"));
    const Ended version = run_timd({"--version"});
    EXPECT_EQ(version.exit_code, 0);
    EXPECT_THAT(version.out, HasSubstr("timd 0."));
}

TEST_F(TimdTest, WrongFlagsAreUsageErrors) {
    const std::vector<std::vector<std::string>> wrong{
        {"--frobnicate"},          {"--threads", "many"},         {"--threads", "0"},
        {"--durability", "maybe"}, {"--listen", "7400"},          {"--clock"},
        {"--tls-cert", "a"},       {"--config", "/nowhere.toml"}, {"--listen", "0.0.0.0:0"}};
    for (const auto& arguments : wrong) {
        std::vector<std::string> all{"--data", data()};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const Ended ended = run_timd(all);
        EXPECT_EQ(ended.exit_code, 2) << arguments[0];
        EXPECT_FALSE(ended.err.empty());
        EXPECT_EQ(ended.out, "");
    }
}

TEST_F(TimdTest, UnknownKeysOfTheConfigurationAreNamedWithTheirLine) {
    const auto file =
        folder_.write("timd.toml", "threads = 1\nlisten = \"127.0.0.1:0\"\nlisten_adress = \"x\"\n");
    const Ended ended = run_timd({"--data", data(), "--config", file.string()});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.err, HasSubstr("timd.toml:3: listen_adress: unknown key"));
}

TEST_F(TimdTest, FaultsOfTheConfigurationAreNamedWithTheirLine) {
    for (const auto& [text, told] : std::vector<std::pair<std::string, std::string>>{
             {"\nthreads = \"two\"\n", "timd.toml:2: threads"},
             {"durability = \"maybe\"\n", "timd.toml:1: durability"},
             {"[threads]\nx = 1\n", "timd.toml:1: threads"},
             {"threads = = 1\n", "timd.toml:1:"},
             {"threads = 2.5\n", "timd.toml:1: threads"},
             {"threads = 0\n", "timd.toml:1: threads: Value 0 not in range"},
             {"\nlisten = \"7400\"\n", "timd.toml:2: listen: \"7400\" is no address"}}) {
        const auto file = folder_.write("timd.toml", text);
        const Ended ended = run_timd({"--data", data(), "--config", file.string()});
        EXPECT_EQ(ended.exit_code, 2) << text;
        EXPECT_THAT(ended.err, HasSubstr(told));
    }
}

TEST_F(TimdTest, FaultsOfTheEnvironmentAreNamedByTheirVariable) {
    for (const auto& [name, value, told] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {"TIM_DURABILTY", "async",
              "TIM_DURABILTY, which is no variable of timd; did you mean \"TIM_DURABILITY\"?"},
             {"TIM_X", "", "TIM_X, which is no variable of timd; known are TIM_ASYNC_WINDOW_MS, "},
             {"TIM_THREADS", "0", "timd: TIM_THREADS: Value 0 not in range"},
             {"TIM_THREADS", "many", "timd: TIM_THREADS: "},
             {"TIM_LISTEN", "7400", "timd: TIM_LISTEN: \"7400\" is no address"}}) {
        const Ended ended = run_timd({"--data", data()}, {{name, value}});
        EXPECT_EQ(ended.exit_code, 2) << name;
        EXPECT_THAT(ended.err, AllOf(HasSubstr(told), Not(HasSubstr("--threads"))));
    }
    EXPECT_FALSE(std::filesystem::exists(data()));
    EXPECT_EQ(run_timd({"--help"}, {{"TIM_X", "1"}}).exit_code, 0);

    // What tim and tim-bench read is no fault of timd's, and a flag stands above a wrong variable.
    Timd timd(usual({"--threads", "1"}),
              {{"TIM_SERVER", "a"}, {"TIM_KEY_FILE", "b"}, {"TIM_PROGRAM", "c"}, {"TIM_THREADS", "0"}});
    EXPECT_NE(timd.wait_ready(), 0);
    timd.signal(SIGTERM);
    EXPECT_EQ(timd.wait().exit_code, 0);
}

TEST_F(TimdTest, WhatCannotServeLeavesNoFolderBehind) {
    Timd first(usual());
    const std::uint16_t port = first.wait_ready();
    ASSERT_NE(port, 0);
    const std::string other = (folder_.path() / "other").string();
    const std::string junk = folder_.write("junk.pem", "no certificate").string();
    for (const auto& [arguments, told] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{"--tls-cert", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem"}, "/nowhere/cert.pem"},
             {{"--tls-cert", junk, "--tls-key", junk}, junk},
             {{"--listen", "0.0.0.0:0"}, "needs TLS"},
             {{"--listen", "no.such.host.invalid:0"}, "no.such.host.invalid"},
             {{"--listen", "192.0.2.1:0"}, "192.0.2.1"},
             {{"--listen", "127.0.0.1:" + std::to_string(port)}, std::to_string(port)}}) {
        std::vector<std::string> all{"--data", other};
        all.insert(all.end(), arguments.begin(), arguments.end());
        const Ended ended = run_timd(all);
        EXPECT_NE(ended.exit_code, 0);
        EXPECT_THAT(ended.err, HasSubstr(told));
        EXPECT_FALSE(std::filesystem::exists(other)) << told;
    }
}

TEST_F(TimdTest, FlagsPrecedeTheEnvironmentAndTheEnvironmentTheFile) {
    const auto in = [this](const char* name) { return (folder_.path() / name).string(); };
    const auto file = folder_.write(
        "timd.toml", "data = \"" + in("from-file") + "\"\nlisten = \"127.0.0.1:0\"\nthreads = 2\n");
    const auto serve = [](const std::vector<std::string>& arguments, const Environment& environment) {
        Timd timd(arguments, environment);
        EXPECT_NE(timd.wait_ready(), 0);
        timd.signal(SIGTERM);
        EXPECT_EQ(timd.wait().exit_code, 0);
    };
    serve({"--config", file.string()}, {});
    EXPECT_TRUE(std::filesystem::exists(in("from-file")));
    serve({}, {{"TIM_CONFIG", file.string()}, {"TIM_DATA", in("from-environment")}});
    EXPECT_TRUE(std::filesystem::exists(in("from-environment")));
    serve({"--data", in("from-flag")}, {{"TIM_CONFIG", file.string()}, {"TIM_DATA", in("unused")}});
    EXPECT_TRUE(std::filesystem::exists(in("from-flag")));
    EXPECT_FALSE(std::filesystem::exists(in("unused")));
}

}  // namespace
}  // namespace tim::integration
