#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <random>
#include <thread>

#include "tests/integration/tim_processes.h"

namespace tim::integration {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kHeader = "kind,receipt,at,terminal,customer,amount,original\n";

std::string export_of(const TestShop& shop) {
    const Ended exported = shop.tim({"export", "customers"});
    EXPECT_EQ(exported.code, 0) << exported.err;
    return exported.out;
}

/// Rows of some customers in which the order matters: what may be spent depends on what was earned before,
/// voids take sales back, and customers appear as they come. Deterministic by seed.
/// `rich`: every redemption can be afforded at any time. Then a row that was refused is refused again when it
/// is posted again, and a feed that was broken off and posted again ends as one that was not (a refusal is
/// not remembered).
std::string random_feed(std::uint32_t seed, int rows, bool rich = false) {
    std::mt19937 random(seed);
    const auto below = [&random](std::uint32_t bound) {
        return static_cast<std::uint32_t>(random() % bound);
    };
    std::string feed = kHeader;
    for (int customer = 0; rich && customer < 40; ++customer)
        feed += fmt::format("sale,B{},2026-02-28,9,card:{},1000000000,\n", customer, customer);
    std::vector<std::pair<int, std::string>> sales;
    for (int i = 0; i < rows; ++i) {
        const std::string at =
            fmt::format("2026-03-{:02}T{:02}:{:02}:00", 1 + i * 28 / rows, i / 60 % 24, i % 60);
        const std::string customer = fmt::format("card:{}", below(40));
        const std::uint32_t kind = below(20);
        const std::string amount = std::to_string(1000 * (1 + below(300)));
        if (kind < 12) {
            sales.emplace_back(i, customer);
            feed +=
                fmt::format("sale,S{},{},{},{},{},\n", i, at, 1 + i % 3, kind == 0 ? "" : customer, amount);
        } else if (kind < 15 || sales.empty()) {
            feed += fmt::format("redeem,P{},{},1,{},{},\n", i, at, customer,
                                rich ? 1000 : 1000 * (1 + below(30)));
        } else if (kind < 17) {
            feed += fmt::format("return,C{},{},1,{},{},\n", i, at, customer, 10'000);
        } else {
            const auto& [number, owner] = sales[below(static_cast<std::uint32_t>(sales.size()))];
            feed += fmt::format("void,V{},{},1,{},,{}/S{}\n", i, at, below(2) == 0 ? owner : "",
                                1 + number % 3, number);
        }
    }
    return feed;
}

TEST(TimFeed, PostsEveryKindAndSetsBadRowsAside) {
    const TestShop shop;
    shop.put_program();
    const std::string feed = shop.write("feed.csv", kHeader +
                                                        "enroll,,2026-01-01,,card:9,,\n"
                                                        "sale,1,2026-01-02T10:00:00,1,card:1,150000,\n"
                                                        "sale,2,2026-01-02T10:01:00,1,,20000,\n"
                                                        "sale,3,2011-02-30T10:01:00,1,card:1,20000,\n"
                                                        "sale,4,2026-01-02T10:02:00,1,card:1,-20000,\n"
                                                        "sale,5,2026-01-02T10:03:00,1,card:2,200000,\n"
                                                        "return,6,2026-01-02T10:04:00,1,card:1,50000,1/1\n"
                                                        "void,7,2026-01-02T10:05:00,1,,,5\n"
                                                        "redeem,8,2026-01-02T10:06:00,1,card:1,10000,\n"
                                                        "redeem,9,2026-01-02T10:07:00,1,card:1,1000,\n"
                                                        "sale,1,2026-01-02T10:00:00,1,card:1,150001,\n");
    const Ended posted = shop.tim({"feed", feed, "--enroll"});
    EXPECT_EQ(posted.code, 4) << posted.err;
    EXPECT_EQ(posted.last_line(), "rows=11 accepted=7 duplicate=0 anonymous=1 refused=4");
    const std::string rejects = shop.read("feed.csv.rejects.csv");
    EXPECT_THAT(
        rejects,
        StartsWith("rejected_line,rejected_reason,kind,receipt,at,terminal,customer,amount,original\n5,"));
    EXPECT_THAT(rejects, HasSubstr("\n6,"));
    EXPECT_THAT(rejects,
                HasSubstr("\n11,0 points is the most that can be spent now (insufficient_points),redeem,9,"));
    EXPECT_THAT(rejects, HasSubstr("(conflict)"));
    const std::string exported = export_of(shop);
    EXPECT_THAT(
        exported,
        HasSubstr("\ncard:1,2,retail,dong,0,0,0,10,100000,100000,100000,1,2026-01-02T10:00:00+07:00,"));
    EXPECT_THAT(exported, HasSubstr("\ncard:2,3,retail,dong,0,0,0,0,0,0,0,0,,,,0,0,new\n"));
    EXPECT_THAT(exported, HasSubstr("\ncard:9,1,"));

    EXPECT_EQ(shop.tim({"feed", feed, "--enroll"}).last_line(),
              "rows=11 accepted=0 duplicate=7 anonymous=1 refused=4");
    EXPECT_EQ(export_of(shop), exported);
    EXPECT_EQ(shop.tim({"verify"}).code, 0);

    // A mended rejects file can be posted as it is; the sale earns what a redemption in the file had lacked.
    std::string mended = rejects;
    const std::string wrong = ",2011-02-30T";  // in the row, not in the reason
    mended.replace(mended.find(wrong), wrong.size(), ",2026-01-30T");
    const Ended again = shop.tim({"feed", shop.write("mended.csv", mended)});
    EXPECT_EQ(again.last_line(), "rows=4 accepted=2 duplicate=0 anonymous=0 refused=2") << again.err;
}

TEST(TimFeed, PostsLinesStraightAndThroughAQueue) {
    const std::string header = "kind,receipt,at,terminal,customer,amount,original,line\n";
    std::string feed = header;
    for (int i = 0; i < 600; ++i)
        feed += fmt::format(
            "sale,S{},2026-01-02T10:00:00,1,card:{},150000,,oolong:2:60000:tea;cup:1:45000\n"
            "sale,P{},2026-01-02T10:00:00,1,card:{},10000,,\n"
            "return,R{},2026-01-02T11:00:00,1,card:{},,S{},oolong:1\n",
            i, i % 50, i, i % 50, i, i % 50, i);
    feed += "return,X,2026-01-02T12:00:00,1,card:0,,S0,cup:2\n";
    std::string exported;
    for (const bool queued : {false, true}) {
        const TestShop shop;
        shop.put_program();
        std::vector<std::string> words = {"feed", shop.write("feed.csv", feed), "--enroll"};
        if (queued) words.insert(words.end(), {"--queue", shop.path("queue").string()});
        const Ended posted = shop.tim(words);
        EXPECT_EQ(posted.last_line(), "rows=1801 accepted=1800 duplicate=0 anonymous=0 refused=1")
            << posted.err;
        if (exported.empty()) exported = export_of(shop);
        EXPECT_EQ(export_of(shop), exported);
        // 12 sales of 150,000 (15 points, of which 6 come back with a tea) and 12 of 10,000.
        EXPECT_THAT(exported, HasSubstr("\ncard:0,1,retail,dong,120,0,120,120,1265460,1265460,"));
        EXPECT_EQ(shop.tim(words).last_line(), "rows=1801 accepted=0 duplicate=1800 anonymous=0 refused=1");
        EXPECT_EQ(shop.tim({"verify"}).code, 0);
    }
}

TEST(TimFeed, UnknownCustomersAreRefusedUnlessTheyMayBeEnrolled) {
    const TestShop shop;
    shop.put_program();
    const std::string feed = shop.write("feed.csv", kHeader +
                                                        "sale,1,2026-01-02,1,card:1,10000,\n"
                                                        "enroll,,2026-01-03,1,card:1,,\n"
                                                        "sale,2,2026-01-04,1,card:1,10000,\n");
    const Ended first = shop.tim({"feed", feed});
    EXPECT_EQ(first.last_line(), "rows=3 accepted=2 duplicate=0 anonymous=0 refused=1");
    EXPECT_THAT(shop.read("feed.csv.rejects.csv"),
                HasSubstr("\n2,no customer has that key or id (unknown_customer),sale,1,"));
}

TEST(TimFeed, WhatCannotBeReadIsNamed) {
    const TestShop shop;
    shop.put_program();
    const Ended column =
        shop.tim({"feed", shop.write("column.csv", "kind,receipt,at,terminal,customer,amount,colour\n")});
    EXPECT_EQ(column.code, 2);
    EXPECT_THAT(column.err, HasSubstr("colour"));
    EXPECT_EQ(shop.tim({"feed", "missing.csv"}).code, 2);
    EXPECT_EQ(shop.tim({"feed", shop.write("empty.csv", "")}).code, 2);
    const std::string cut = shop.write("cut.gz", "\x1F\x8B\x08");
    const Ended cut_off = shop.tim({"feed", cut});
    EXPECT_EQ(cut_off.code, 2);
    EXPECT_EQ(cut_off.err, "tim: " + cut + ": the gzip is cut off\n");
    const std::string plain = shop.write("plain.gz", kHeader);
    const Ended no_gzip = shop.tim({"feed", plain});
    EXPECT_EQ(no_gzip.code, 2);
    EXPECT_EQ(no_gzip.err, "tim: " + plain + ": the name ends in .gz, but this is no gzip\n");
    const Ended raw = shop.tim({"feed", shop.write("raw.csv", "kind,\x1b[2J\n")});
    EXPECT_EQ(raw.code, 2);
    EXPECT_THAT(raw.err, HasSubstr("unknown column '\\x1b[2J'"));
    EXPECT_EQ(shop.tim({"feed", shop.write("none.csv", kHeader)}).last_line(),
              "rows=0 accepted=0 duplicate=0 anonymous=0 refused=0");
}

TEST(TimFeed, OneConnectionOrManyMakeNoDifference) {
    const std::string feed = random_feed(7, 3000);
    std::string expected;
    std::string expected_line;
    std::string expected_rejects;
    for (const char* connections : {"1", "2", "8"}) {
        const TestShop shop;
        shop.put_program();
        const Ended posted =
            shop.tim({"feed", shop.write("feed.csv", feed), "--enroll", "--connections", connections});
        EXPECT_EQ(posted.code, 4) << posted.err;
        if (expected.empty()) {
            expected = export_of(shop);
            expected_line = posted.last_line();
            expected_rejects = shop.read("feed.csv.rejects.csv");
            EXPECT_THAT(expected_rejects, HasSubstr("insufficient_points"));
        }
        EXPECT_EQ(posted.last_line(), expected_line) << connections;
        EXPECT_EQ(export_of(shop), expected) << connections;
        EXPECT_EQ(shop.read("feed.csv.rejects.csv"), expected_rejects) << connections;
        EXPECT_EQ(shop.tim({"verify"}).code, 0);
    }
}

TEST(TimFeed, CrashesOfEitherSideChangeNothing) {
    constexpr int kRows = 20'000;
    const std::string feed = random_feed(11, kRows, true);
    std::string expected;
    {
        const TestShop shop;
        shop.put_program();
        EXPECT_EQ(shop.tim({"feed", shop.write("feed.csv", feed), "--enroll"}).code, 4);
        expected = export_of(shop);
    }
    TestShop shop;
    shop.put_program();
    const std::string file = shop.write("feed.csv", feed);
    std::mt19937 random(3);
    const auto pause = [&random] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 120));
    };
    for (int round = 0; round < 4; ++round) {
        Process posting = shop.begin_tim({"feed", file, "--enroll"});
        pause();
        shop.kill();
        pause();
        shop.start();
        pause();
        if (round % 2 == 0) posting.signal(SIGKILL);
        const int code = posting.wait().code;
        EXPECT_TRUE(code == 4 || code == 128 + SIGKILL) << code;
    }
    const Ended last = shop.tim({"feed", file, "--enroll"});
    EXPECT_EQ(last.code, 4) << last.err;
    EXPECT_THAT(last.last_line(), StartsWith(fmt::format("rows={} ", kRows + 40)));
    EXPECT_EQ(export_of(shop), expected);
    EXPECT_EQ(shop.tim({"verify"}).code, 0);
}

TEST(TimFeed, AQueueKeepsRowsWhileTheServerIsAway) {
    TestShop shop;
    shop.put_program();
    const std::string feed = shop.write("feed.csv", random_feed(5, 8'000, true));
    const std::string queue = shop.path("queue").string();
    Process posting = shop.begin_tim({"feed", feed, "--enroll", "--queue", queue, "--give-up-s", "1"});
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    shop.kill();
    (void)posting.wait();
    shop.start();
    // What was left is posted without the file's rows, then the file again changes nothing.
    const Ended rest = shop.tim({"feed", shop.write("none.csv", kHeader), "--enroll", "--queue", queue});
    EXPECT_TRUE(rest.code == 0 || rest.code == 4) << rest.err;
    (void)shop.tim({"feed", feed, "--enroll", "--queue", queue});
    const std::string exported = export_of(shop);
    const TestShop other;
    other.put_program();
    (void)other.tim({"feed", feed, "--enroll"});
    EXPECT_EQ(export_of(other), exported);
}

TEST(TimFeed, AFullServerIsNamedAndNotPressed) {
    const TestShop shop({"--clock", "events", "--map-size-mib", "6"});
    shop.put_program();
    ASSERT_EQ(shop.tim({"enroll", "card:1"}).code, 0);
    std::string feed = kHeader;
    for (int i = 0; i < 200'000; ++i)
        feed += fmt::format("sale,{},2026-01-02,1,card:1,10000,\n", i);
    const std::string file = shop.write("feed.csv", feed);
    const Ended posted = shop.tim({"feed", file, "--give-up-s", "4"});
    EXPECT_EQ(posted.code, 1) << posted.err;
    EXPECT_THAT(posted.err, HasSubstr("the server takes no rows: the disk or the map is full"));
    EXPECT_THAT(posted.err, HasSubstr("took nothing for 4 s: the disk or the map is full; nothing was "
                                      "changed (disk_full)\n"));
    EXPECT_THAT(posted.last_line(), HasSubstr(" refused=0"));
    EXPECT_FALSE(std::filesystem::exists(file + ".rejects.csv"));
    // Eight batches of 1,000 rows are under way when the first is refused, each tried three times; then a few
    // rows at a time, which seldom.
    const std::string stats = shop.tim({"--json", "stats"}).out;
    const std::string key = "\"refused_disk_full\":";
    const auto at = stats.find(key);
    ASSERT_NE(at, std::string::npos) << stats;
    EXPECT_LE(std::stoll(stats.substr(at + key.size())), 8 * 1000 * 3 + 100 * 16 * 3);
}

TEST(TimFeed, OneCustomerIsOne) {
    const TestShop shop;
    shop.put_program();
    const auto enrolled = [&shop](const std::string& rows) {
        return shop.tim({"feed", shop.write("feed.csv", kHeader + rows), "--enroll"}).err;
    };
    EXPECT_EQ(enrolled("sale,1,2026-01-02,1,card:1,10000,\n"), "tim: 1 customer was enrolled\n");
    EXPECT_EQ(enrolled("sale,2,2026-01-02,1,card:2,10000,\nsale,3,2026-01-02,1,card:3,10000,\n"),
              "tim: 2 customers were enrolled\n");
}

TEST(TimFeed, RefusalsNameAmountsAsPeopleWriteThem) {
    const TestShop shop;
    shop.put_program();
    const std::string file = shop.write("feed.csv", kHeader +
                                                        "sale,1,2026-01-02,1,card:1,50000,\n"
                                                        "return,2,2026-01-03,1,card:1,60000,1\n");
    EXPECT_EQ(shop.tim({"feed", file, "--enroll"}).code, 4);
    EXPECT_THAT(shop.read("feed.csv.rejects.csv"),
                HasSubstr("more comes back than is left of the sale (50000 VND) (return_exceeds_sale)"));
}

TEST(TimFeed, GivesUpWhenAskedTo) {
    TestShop shop;
    shop.put_program();
    shop.kill();
    const Ended gave_up = shop.tim(
        {"feed", shop.write("feed.csv", kHeader + "sale,1,2026-01-02,1,,10000,\n"), "--give-up-s", "1"});
    EXPECT_EQ(gave_up.code, 3) << gave_up.err;
    EXPECT_THAT(gave_up.err, HasSubstr("away"));
}

}  // namespace
}  // namespace tim::integration
