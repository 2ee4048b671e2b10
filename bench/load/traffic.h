#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/load/random.h"
#include "bench/load/settings.h"
#include "engine/model/quantity.h"
#include "protocol/codec/messages.h"

namespace tim::bench {

inline constexpr std::int64_t kSaleAmountMinor = 150'000;  ///< VND, the sale that the peers take too
inline constexpr std::int64_t kHeldPoints = 10;
inline constexpr std::int64_t kHoldTtlMs = 600'000;

/// The phone of the bench's customer `index`: twelve bytes, "+849" and eight digits.
std::array<char, 12> phone_of(std::uint64_t index);
inline constexpr std::uint64_t kMaxCustomers = 100'000'000;  ///< as many as such phones

/// Makes the rows of a run: whose turn it is, and a name that no other run uses. Nothing is allocated per
/// row, and what does not change from row to row is written once. One thread.
class Traffic {
  public:
    /// `run`: tells this run's receipts and request ids from those of all others. VIPs take no part
    /// themselves.
    Traffic(const Settings& settings, std::uint64_t run);

    void sale(schema::SaleRow& row, std::uint32_t terminal);
    void balance(schema::CommandRow& row);
    void redeem(schema::CommandRow& row);
    void hold(schema::CommandRow& row);
    /// Captures or releases a hold, in turn.
    void resolve(schema::CommandRow& row, std::uint64_t hold);

  private:
    std::uint64_t next_customer();
    void put_customer(schema::CommandRow& row);
    void put_request(schema::CommandRow& row);

    std::uint64_t first_;  // the first who takes part
    std::uint64_t customers_;
    SplitMix64 random_;
    std::vector<std::uint32_t> drawn_;  // Zipf: ranks are dear to draw, so they are drawn ahead, and go round
    std::size_t next_drawn_ = 0;
    std::uint64_t run_;
    std::uint64_t counter_ = 0;
    schema::SaleRow sale_;
    schema::CommandRow command_;
};

}  // namespace tim::bench
