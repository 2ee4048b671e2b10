#pragma once

#include <absl/functional/function_ref.h>

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/core/decide.h"
#include "engine/core/rules.h"
#include "engine/core/state.h"
#include "engine/model/segment.h"

namespace tim::core {

/// A segment's expression compiled for a program as it stands at an instant: a flat list of questions with a
/// jump for each answer. Immutable; good for as long as the version that it was compiled for is in force.
class Segment {
  public:
    /// Finds a customer by what an expression says, `id:42` or a key.
    using Resolve = absl::FunctionRef<model::Result<model::CustomerId>(std::string_view)>;

    /// An error names the place in the expression, and what the program has. `classes` know the values that
    /// may be asked for; `now`: kNoInstant where it is asked at instants that are told later.
    static model::Result<Segment> compile(const model::SegmentNode& expression, const Classes& classes,
                                          const Rules& rules, model::Instant now, Resolve resolve);

    /// Whether a customer belongs. The caller holds the customer's stripe; `room` is for what has to be
    /// computed, and may be used again.
    bool has(const ProgramState& program, model::CustomerId customer, PointsDraft& room) const;

    /// When an expression is asked that stands in a program, and by which version customers stand then.
    struct Asked {
        const Rules& current;
        model::Instant now{};
        model::Month month{};  ///< of that instant
    };
    /// The same at another instant than it was compiled for: tiers and statuses are those that its own
    /// version names.
    bool has(const ProgramState& program, model::CustomerId customer, const Asked& asked,
             PointsDraft& room) const;

  private:
    /// What questions look at. Figures are numbers in a range, the others one of a set.
    using Field = model::SegmentField;

    static constexpr std::uint16_t kMeets = 0xFFFF;
    static constexpr std::uint16_t kFails = 0xFFFE;

    struct Step {
        Field field{};
        std::uint16_t if_true = kMeets;
        std::uint16_t if_false = kFails;
        std::int64_t low = INT64_MIN;
        std::int64_t high = INT64_MAX;
        std::uint64_t mask = 0;       ///< of a small set, or of list values
        std::int32_t months = 0;      ///< of `bought`
        std::uint32_t set_begin = 0;  ///< in sources_, texts_ or customers_
        std::uint32_t set_end = 0;
    };
    using Text = std::array<char, model::kMaxStaffBytes>;
    static_assert(model::kMaxChannelBytes == model::kMaxStaffBytes);
    struct Compiler;
    class Look;

    bool answer(const Step& step, Look& look) const;

    const Rules* rules_ = nullptr;
    model::Instant now_{};
    model::Month month_{};
    bool by_lots_ = false;  ///< asks for what lots change with time
    std::uint16_t begin_ = kMeets;
    std::vector<Step> steps_;
    std::vector<std::bitset<256>> sources_;
    std::vector<Text> texts_;
    std::vector<model::CustomerId> customers_;
};

/// A customer's record as of an instant in a month, by the rules in force: tiers and months, and points too
/// where asked for. As `settled`, and cheap where nothing is due. The caller holds the stripe.
const CustomerRecord& settled_for_segment(const ProgramState& program, model::CustomerId customer,
                                          const Rules& rules, model::Instant now, model::Month month,
                                          bool by_lots, PointsDraft& room);

}  // namespace tim::core
