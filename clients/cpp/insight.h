#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/keys.h"
#include "engine/model/money.h"
#include "engine/model/program.h"
#include "engine/model/quantity.h"

namespace tim::client {

/// One tier as a customer sees it.
struct TierStanding {
    std::uint8_t index = 0;  ///< in the version's tiers
    model::Tier tier;        ///< with its criterion
    std::int64_t figure = 0;
    std::int64_t missing = 0;          ///< of the figure to the minimum
    std::optional<model::Money> sale;  ///< the least sale now after which the customer holds it
};

/// Where a customer stands among the tiers.
struct Standing {
    model::CustomerId customer{};
    model::VersionId version{};
    std::uint8_t tier = 0;
    std::optional<std::uint8_t> next;  ///< the next tier that the customer may see
    bool enabled = true;
    model::Currency currency;
    model::Instant counts_until = model::kNoInstant;  ///< of the figure of `next`
    std::vector<TierStanding> tiers;                  ///< that the customer may see, lowest first

    /// None when the customer does not see it.
    const TierStanding* find(std::uint8_t index) const {
        for (const TierStanding& standing : tiers)
            if (standing.index == index) return &standing;
        return nullptr;
    }
};

/// A part of what one fact did to its subject.
struct ExplainedLine {
    model::Sequence sequence{};
    model::Sequence transaction{};
    model::Instant at{};
    std::string type;     ///< a fact type's name
    std::string name;     ///< receipt or request id of the transaction
    std::string subject;  ///< "customer", "receipt", …
    std::uint64_t subject_id = 0;
    model::VersionId version{};
    std::uint8_t tier_before = 0;
    std::uint8_t tier_after = 0;
    std::string rule;  ///< where in the program
    std::string arithmetic;
    model::Money amount{};
    model::Points points{};
    model::Points ranking{};
    std::string sentence;
};

/// Where every point of a receipt came from and went to, oldest first.
struct Explanation {
    std::string receipt;
    model::CustomerId customer{};  ///< 0: nobody's
    std::string original;          ///< the sale that the receipt takes back
    std::vector<ExplainedLine> lines;
    std::uint64_t left_out = 0;  ///< transactions beyond the most that are told
};

struct TierMove {
    std::uint64_t customers = 0;
    std::uint8_t before = 0;
    std::uint8_t after = 0;
};

struct WhatIfCustomer {
    model::CustomerId id{};
    std::vector<model::Key> keys;
    std::uint8_t tier_before = 0;
    std::uint8_t tier_after = 0;
    model::Points points{};
    model::Points spendable_before{};
    model::Points spendable_after{};
};

/// A change that was run over all customers without effect: tiers before are of `version`, tiers after of the
/// change.
struct WhatIf {
    model::VersionId version{};
    model::Instant effective{};
    std::uint64_t customers = 0;
    std::vector<TierMove> moves;
    model::Points points{};  ///< what all customers have that is not below zero
    model::Points spendable_before{};
    model::Points spendable_after{};
    model::Money value_before{};  ///< of `points` at a checkout
    model::Money value_after{};
    std::vector<WhatIfCustomer> rows;
    model::CustomerId next{};  ///< `after` of the next page; 0 when this was the last
};

struct RecomputeReport {
    model::VersionId version{};
    std::uint64_t customers = 0;
    std::uint64_t recorded = 0;
    std::vector<TierMove> moves;
};

}  // namespace tim::client
