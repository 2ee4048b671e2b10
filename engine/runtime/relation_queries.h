#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/engine.h"

namespace tim::runtime {

/// By what a report groups. Customers with several natures, types or items count for each of them.
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
    birthday = 9,  ///< the month
};
inline constexpr std::size_t kMaxDimensions = 3;  ///< of one report
inline constexpr std::size_t kMaxReportRows = 10'000;

struct SegmentCount {
    std::uint64_t customers = 0;  ///< that belong
    std::uint64_t of = 0;         ///< all
};

struct SegmentPage {
    std::vector<CustomerView> rows;  ///< in the order of their ids
    model::CustomerId next{};        ///< `after` of the next page; 0 when this was the last
};

/// What the customers of one group come to.
struct ReportRow {
    std::vector<std::string> values;  ///< of the dimensions, in their order; empty: not known
    std::uint64_t customers = 0;
    std::uint64_t orders = 0;
    model::Money spend{};  ///< lifetime
    model::Money month_spend{};
    model::Points points{};
};

struct SegmentReport {
    std::vector<ReportRow> rows;  ///< in the order of their values
    ReportRow total;              ///< each customer once; no values
};

/// Questions about customers by what they are classified by and what they bought. The figures are settled as
/// of now; each waits until what it shows is durable.
///
/// Thread safety: as Engine's.
class RelationQueries {
  public:
    /// How many customers belong to a segment (docs/segments.md). A fault of the expression is an error that
    /// says where it lies.
    virtual Result<SegmentCount> segment_count(model::ProgramId program, std::string_view segment) = 0;
    /// Those of them with ids above `after`, at most `limit`.
    virtual Result<SegmentPage> segment(model::ProgramId program, std::string_view segment,
                                        model::CustomerId after, std::size_t limit) = 0;
    /// What they come to, by up to kMaxDimensions dimensions.
    virtual Result<SegmentReport> segment_report(model::ProgramId program, std::string_view segment,
                                                 const std::vector<Dimension>& by) = 0;

  protected:
    ~RelationQueries() = default;
};

}  // namespace tim::runtime
