#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/cpp/blocking_client.h"
#include "engine/model/program.h"
#include "tools/demo/tally.h"

namespace tim::demo {

/// Figures of all customers of a program.
struct Customers {
    model::Program program;
    std::uint64_t count = 0;
    std::vector<std::uint64_t> by_tier;
    std::int64_t points = 0;
    std::uint64_t in_debt = 0;
    std::int64_t lifetime_spend = 0;
};

/// Asks the server for every customer and adds them up.
model::Result<Customers> count_customers(client::BlockingClient& client, const std::string& program);

/// 1234567 as "1,234,567".
std::string grouped(std::int64_t value);

/// Sorts the tallies' latencies.
void print_traffic(Tally& tills, Tally& checkout, double seconds);
void print_customers(const Customers& customers);

}  // namespace tim::demo
