#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/keys.h"
#include "engine/model/name.h"
#include "engine/model/program.h"
#include "engine/model/quantity.h"
#include "storage/ledger.h"

// What the engine tells beyond figures: why they are so, and what they would be. See Engine (engine.h).
namespace tim::runtime {

/// A customer against one tier.
struct TierStanding {
    std::uint8_t index = 0;    ///< in the version's tiers
    std::int64_t figure = 0;   ///< that the tier's criterion looks at, in its unit
    std::int64_t missing = 0;  ///< of the figure to the tier's minimum; 0 when it is reached
    /// The least sale now after which the customer holds the tier or a higher one, at today's rate and
    /// without campaigns; none when no sale leads there.
    std::optional<model::Money> sale;
};

/// Where a customer stands among the tiers (S2.10), as of now, settled.
struct StandingView {
    model::CustomerId id{};
    model::VersionId version{};
    std::shared_ptr<const model::Program> program;  ///< of that version
    std::uint8_t tier = 0;
    std::optional<std::uint8_t> next;  ///< the next tier that the customer may see
    /// When the figure that `next` looks at begins anew, or its average has a month more; else none.
    model::Instant counts_until = model::kNoInstant;
    std::vector<TierStanding> tiers;  ///< that the customer may see (S2.7), lowest first
};

/// A web order (S1.3, S2.2).
struct OrderView {
    model::Sequence id{};  ///< of the fact that placed it
    model::Name receipt;
    model::CustomerId customer{};
    model::OrderPhase phase = model::OrderPhase::none;
    model::Money amount{};
    model::Points points{};  ///< completed: what the sale earned; pending: what it would earn now
    std::string status;
    std::string waybill;
    std::string referral;  ///< the code that was given as it was placed
    model::Instant placed_at{};
    model::Instant changed_at{};
    model::Sequence sale{};  ///< that completed it; 0: none
};

/// A piece of a customer's orders, newest first.
struct OrdersPage {
    std::vector<OrderView> rows;
    model::Sequence next{};  ///< `before` of the next page; 0 when this was the last
};

/// A part of what one fact did to its subject, and the rule that made it.
struct ExplainedLine {
    storage::StoredFact stored;  ///< the fact, without its blob
    std::string name;            ///< of its transaction: a receipt, or a request id
    std::string rule;            ///< where in the program; empty when no rule gave it
    std::string arithmetic;
    model::Money amount{};    ///< this line's part of the change of lifetime spend
    model::Points points{};   ///< this line's part of the change of points
    model::Points ranking{};  ///< this line's part of the change of ranking points
    std::string sentence;
};

/// All that came of one receipt, oldest first: its own transaction and, of a sale, every return that names
/// it.
struct Explanation {
    std::string receipt;
    model::CustomerId customer{};  ///< 0: nobody's
    std::string original;          ///< the sale that the receipt takes back
    std::vector<ExplainedLine> lines;
    std::uint64_t left_out = 0;  ///< transactions about the receipt beyond the most that are told
};

/// So many customers from one tier to another, or staying in one.
struct TierMove {
    std::uint64_t customers = 0;
    std::uint8_t before = 0;
    std::uint8_t after = 0;

    friend bool operator==(const TierMove&, const TierMove&) = default;
};

/// One customer whom a change would move.
struct WhatIfCustomer {
    model::CustomerId id{};
    std::vector<model::Key> keys;
    std::uint8_t tier_before = 0;
    std::uint8_t tier_after = 0;
    model::Points points{};
    model::Points spendable_before{};
    model::Points spendable_after{};
};

/// A change that was run over all customers, or over a page of them, without effect. Tiers before are those
/// of the version that would be followed, tiers after those of the change. Sums stop at the greatest integer.
struct WhatIf {
    model::VersionId version{};  ///< that would be followed
    model::Instant effective{};
    std::uint64_t customers = 0;  ///< looked at
    std::vector<TierMove> moves;  ///< the matrix, without what is 0
    model::Points points{};       ///< the liability: all that is not below zero
    model::Points spendable_before{};
    model::Points spendable_after{};
    model::Money value_before{};  ///< of `points` at a checkout; 0 where points are not money
    model::Money value_after{};
    std::vector<WhatIfCustomer> rows;
    model::CustomerId next{};  ///< `after` of the next page; 0 when this was the last
};

struct WhatIfQuery {
    model::Instant at = model::kNoInstant;  ///< from when the change would hold; none: as soon as it could
    model::CustomerId after{};
    std::size_t limit = 0;  ///< rows of those who would move, above `after`; 0: the sums alone
};

/// What a recomputation came to.
struct RecomputeReport {
    model::VersionId version{};
    std::uint64_t customers = 0;  ///< looked at
    std::uint64_t recorded = 0;   ///< of whom something was due, and is recorded now
    std::vector<TierMove> moves;  ///< of those whose recorded tier changed; indices in `version`
};

}  // namespace tim::runtime
