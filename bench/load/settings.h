#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace tim::bench {

enum class Mode : std::uint8_t {
    sale,     ///< a sale each
    balance,  ///< a balance each; nothing is written
    mix,      ///< a message in two is sales, the other balances
    redeem,   ///< one point each is spent
    hold,     ///< a hold, then in turn its capture or its release
};

/// How often each customer is met.
struct Skew {
    bool zipf = false;
    double exponent = 0.99;
};

/// What a run does. The JSON result repeats all of it.
struct Settings {
    std::string server = "127.0.0.1:7400";
    std::filesystem::path key_file = "tim-data/admin.key";
    std::string program = "tim-bench";
    std::uint64_t customers = 1'000'000;
    std::filesystem::path rules;  ///< a program as JSON; empty: the bench's own
    std::uint64_t vips = 0;       ///< the first so many customers are VIPs, the others their members
    bool detailed = false;        ///< sales as tables, whose answers tell every effect
    bool names_codes = false;     ///< each of them names the referral code of an earlier one
    Mode mode = Mode::sale;
    std::size_t connections = 50;
    std::size_t depth = 1;  ///< messages under way on each connection
    std::size_t batch = 1;  ///< rows of a message
    double rate = 0;        ///< operations a second; 0: closed loop
    double seconds = 10;
    double warm_up_s = 1;
    Skew skew;
    std::uint64_t seed = 1;
    std::filesystem::path json;
    std::filesystem::path plot;
    bool spawn = false;
    std::filesystem::path timd;    ///< the daemon that `spawn` starts; empty: beside this program
    std::filesystem::path folder;  ///< its data; empty: a temporary folder, removed in the end
    std::string durability = "sync";
    bool check_sums = true;
};

std::string mode_name(Mode mode);
std::string skew_name(const Skew& skew);

}  // namespace tim::bench
