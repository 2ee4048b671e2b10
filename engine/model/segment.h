#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"

namespace tim::model {

struct Program;

// The language of segments (docs/segments.md): conditions about customers, mixed with and, or, not and
// parentheses (S4.4, S4.10).

inline constexpr std::size_t kMaxSegmentBytes = 4'096;
inline constexpr std::size_t kMaxSegmentConditions = 256;
inline constexpr std::size_t kMaxSegmentDepth = 32;
inline constexpr std::size_t kMaxSegmentValues = 64;  ///< of one condition

enum class SegmentField : std::uint8_t {
    status,
    source,
    channel,
    staff,
    nature,
    type,
    item,
    tier,
    customer_class,
    birthday,  ///< the month, 1 … 12
    bought,    ///< in the last `months`
    orders,
    points,
    held,
    spendable,
    pending,
    ranking_points,
    spend,
    month_spend,
    closed_month_spend,
    period_spend,
    vip,       ///< who is above the customer
    referrer,  ///< who brought the customer
    brought,   ///< how many the customer has brought
};

enum class SegmentCompare : std::uint8_t { equal, below, at_most, above, at_least };

enum class SegmentNodeKind : std::uint8_t { all, any, negation, condition };

/// A value as it was written, and where: the place of its first byte, from 1.
struct SegmentValue {
    std::string text;
    std::size_t place = 0;
};

/// One node of a segment's expression.
struct SegmentNode {
    SegmentNodeKind kind = SegmentNodeKind::condition;
    std::vector<SegmentNode> parts;
    SegmentField field{};
    SegmentCompare compare{};  ///< with its one value; of several values: equal to one of them
    std::vector<SegmentValue> values;
    std::int32_t months = 0;  ///< of `bought`
};

/// Reads an expression. An error says at which place what was expected, and what stands there.
Result<SegmentNode> parse_segment(std::string_view text);

/// What is wrong with an expression that stands in a program, for which its own tiers and lists count alone,
/// and customers are named by id.
std::optional<Error> segment_fault(const SegmentNode& expression, const Program& program);

/// "at 12: " and what is wrong there.
Error segment_error(std::size_t place, const std::string& message);

}  // namespace tim::model
