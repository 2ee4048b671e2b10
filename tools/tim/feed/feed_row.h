#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/calendar.h"
#include "engine/model/keys.h"
#include "engine/model/money.h"
#include "engine/model/name.h"
#include "engine/model/quantity.h"
#include "engine/model/sale_line.h"

namespace tim::cli {

enum class FeedKind : std::uint8_t { enroll, sale, returned, voided, redeem };

/// The columns that a feed may have. The last ones belong to rules that a program may or may not have.
enum class FeedColumn : std::uint8_t {
    kind,
    receipt,
    at,
    terminal,
    customer,
    amount,
    original,
    referral,
    reward,
    vip,
    line,
};
inline constexpr std::size_t kFeedColumns = 11;
inline constexpr std::size_t kFeedColumnsRequired = 6;  ///< the first six

std::string_view feed_column_name(FeedColumn column);

/// The cells of one row, by column; a column that the feed does not have is empty.
using FeedCells = std::array<std::string_view, kFeedColumns>;

/// What became of a row.
enum class FeedAnswer : std::uint8_t { none, accepted, duplicate, refused };

/// One row of a feed, read.
struct FeedRow {
    std::uint64_t line = 0;  ///< of the file, from 1
    std::string text;        ///< as it stands in the file, without its line end
    std::string fault;       ///< why the row is bad or was refused; empty when it is good
    FeedAnswer answer = FeedAnswer::none;
    FeedKind kind = FeedKind::sale;
    model::Instant at{};
    model::Money amount{};
    model::Name name;      ///< its receipt; none for an enrolment
    model::Name original;  ///< none unless named
    model::KeyKind customer_kind = model::KeyKind::none;
    model::CustomerId customer_id{};                 ///< as named (KeyKind::id), or once it is known
    std::string customer;                            ///< in normal form, for the other kinds
    std::vector<model::SaleLine> lines;              ///< of a sale, or of what comes back
    std::string referral;                            ///< of a sale or an enrolment
    std::string reward;                              ///< of a redemption, in place of an amount
    model::KeyKind vip_kind = model::KeyKind::none;  ///< of an enrolment
    model::CustomerId vip_id{};
    std::string vip;  ///< in normal form, for the other kinds

    bool good() const { return fault.empty(); }
    bool anonymous() const {
        return customer_kind == model::KeyKind::none &&
               (kind == FeedKind::sale || kind == FeedKind::returned);
    }
};

/// Reads the cells of rows. One thread.
class FeedRowReader {
  public:
    FeedRowReader(model::Currency currency, model::Calendar calendar)
        : currency_(std::move(currency)), calendar_(std::move(calendar)) {}

    /// Fills everything but `line` and `text`; what is wrong goes to `fault`, the first in the order of the
    /// columns.
    void read(const FeedCells& cells, FeedRow& row);

  private:
    std::string check(const FeedCells& cells, FeedRow& row);
    std::string read_at(std::string_view text, FeedRow& row);
    std::string read_customer(std::string_view text, FeedRow& row);
    std::string read_lines(std::string_view text, FeedRow& row);
    static std::string check_reward(const FeedCells& cells, std::string_view kind_text, const FeedRow& row);
    std::string read_network(const FeedCells& cells, std::string_view kind_text, FeedRow& row);

    model::Currency currency_;
    model::Calendar calendar_;
    std::string last_at_text_;  // tills write many rows in one minute
    model::Instant last_at_{};
};

}  // namespace tim::cli
