#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/calendar.h"
#include "engine/model/classification.h"
#include "engine/model/keys.h"
#include "engine/model/money.h"
#include "engine/model/name.h"
#include "engine/model/quantity.h"

namespace tim::cli {

/// What a file holds: new customers, opening totals (S3.4), or a list of who is in which tier (S5.5).
enum class ImportKind : std::uint8_t { customers, totals, tiers };

std::string_view import_kind_name(ImportKind kind);

enum class ImportColumn : std::uint8_t {
    customer,
    keys,
    name,
    at,
    vip,
    status,
    staff,
    source,
    channel,
    natures,
    types,
    items,
    birthday,
    points,
    ranking_points,
    lifetime_spend,
    tier,
    from,
    until,
    reason,
};
inline constexpr std::size_t kImportColumns = 20;

std::string_view import_column_name(ImportColumn column);
/// Those that a file of a kind may have; `customer` it must have, and of tiers `tier`.
std::span<const ImportColumn> columns_of(ImportKind kind);
/// Whether a column of an export may stand in the file and is passed over: the engine finds it by itself.
bool is_passed_over(ImportKind kind, std::string_view name);

/// The cells of one row, by column; a column that the file does not have is empty.
using ImportCells = std::array<std::string_view, kImportColumns>;

/// A customer as a row names one, in normal form.
struct ImportCustomer {
    model::KeyKind kind = model::KeyKind::none;
    model::CustomerId id{};
    std::string text;

    model::CustomerRef ref() const { return {kind, id, text}; }
    std::string label() const;
};

/// One row of a file, read.
struct ImportRow {
    std::uint64_t line = 0;  ///< of the file, from 1
    std::string text;        ///< as it stands in the file, without its line end
    std::string fault;       ///< why the row is bad or was refused; empty when it is good
    ImportCustomer customer;
    model::Instant at = model::kNoInstant;

    // customers
    std::vector<ImportCustomer> others;  ///< further keys
    std::string name;
    ImportCustomer vip;  ///< whose member the customer becomes
    model::ClassifyTerms classes;

    // totals
    model::Points points{};
    std::optional<model::Points> ranking;  ///< none: ranking points stay
    model::Money spend{};

    // tiers
    std::string tier;
    model::Instant from = model::kNoInstant;
    model::Instant until = model::kNoInstant;

    std::string reason;  ///< of totals and tiers; empty: the import's own words

    bool good() const { return fault.empty(); }
};

/// Reads the cells of rows. One thread.
class ImportRowReader {
  public:
    /// `until`: of tiers whose row names none; none: a row must.
    ImportRowReader(ImportKind kind, model::Currency currency, model::Calendar calendar,
                    model::Instant until = model::kNoInstant)
        : kind_(kind), currency_(std::move(currency)), calendar_(std::move(calendar)), until_(until) {}

    ImportKind kind() const { return kind_; }

    /// Fills everything but `line` and `text`; what is wrong goes to `fault`.
    void read(const ImportCells& cells, ImportRow& row) const;

  private:
    std::string read_person(const ImportCells& cells, ImportRow& row) const;
    std::string read_totals(const ImportCells& cells, ImportRow& row) const;
    std::string read_tier(const ImportCells& cells, ImportRow& row) const;
    std::string read_instant(const ImportCells& cells, ImportColumn column, model::Instant& at) const;

    ImportKind kind_;
    model::Currency currency_;
    model::Calendar calendar_;
    model::Instant until_;
};

}  // namespace tim::cli
