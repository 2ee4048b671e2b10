#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/quantity.h"

namespace tim::client {

/// By what a report groups; who has several natures, types or items counts for each of them.
enum class Dimension : std::uint8_t {
    status = 0,
    source = 1,
    channel = 2,
    staff = 3,
    nature = 4,
    type = 5,
    item = 6,
    tier = 7,
    customer_class = 8,
    birthday = 9,
};
/// "status", …, "class", "birthday"; none for another word.
std::optional<Dimension> read_dimension(std::string_view name);
std::string_view dimension_name(Dimension dimension);

struct SegmentCount {
    std::uint64_t customers = 0;  ///< that belong
    std::uint64_t of = 0;         ///< all
};

/// What the customers of one group come to.
struct ReportRow {
    std::vector<std::string> values;  ///< of the dimensions; empty: not known
    std::uint64_t customers = 0;
    std::uint64_t orders = 0;
    model::Money spend{};  ///< lifetime
    model::Money month_spend{};
    model::Points points{};
};

struct SegmentReport {
    std::vector<ReportRow> rows;  ///< in the order of their values
    ReportRow total;              ///< each customer once
};

}  // namespace tim::client
