#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>

#include "bench/load/result.h"
#include "protocol/codec/buffer.h"
#include "protocol/codec/messages.h"

namespace tim::bench {

/// Sales as messages of tables, whose answers tell every effect and the referral code that came with each.
/// With `names_codes` each sale names the code of an earlier one, as long as there are some: it is paid when
/// it is the customer's first order, else refused by itself. One thread.
class DetailedSales {
  public:
    DetailedSales(std::string program, bool names_codes)
        : program_(std::move(program)), names_codes_(names_codes) {}

    /// A whole frame; at most kMaxDetailedSalesPerRequest rows.
    void append(codec::ByteBuffer& out, std::uint32_t correlation, std::span<const schema::SaleRow> rows);

    /// Adds an accepted row to what was acknowledged: points of whomever it gave some.
    void take(const schema::DetailedSaleResult& row, std::int64_t amount_minor, Acknowledged& acknowledged);

  private:
    static constexpr std::size_t kMaxCodes = 100'000;

    std::string program_;
    bool names_codes_;
    std::deque<std::string> codes_;
    flatbuffers::FlatBufferBuilder builder_;
};

}  // namespace tim::bench
