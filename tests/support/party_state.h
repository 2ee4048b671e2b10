#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "tests/support/engine_fixture.h"
#include "tests/support/naive_model.h"

namespace tim::tests {

/// All that an engine tells of one customer: figures, commission, relations.
struct PartyState {
    Figures figures;
    NaiveModel::Wallet wallet;  ///< without how many payouts are open: one that is due has no number yet
    NaiveModel::Relations relations;

    friend bool operator==(const PartyState&, const PartyState&) = default;
};

PartyState party_state(EngineFixture& fixture, model::ProgramId program, model::CustomerId customer);
std::string describe(const PartyState& state);

/// What limits a program's campaigns, as the ledger adds up to, by their numbers.
struct CampaignLimits {
    std::map<std::uint64_t, std::int64_t> paid;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::int64_t> uses;  ///< by campaign and customer

    friend bool operator==(const CampaignLimits&, const CampaignLimits&) = default;
};

CampaignLimits campaign_limits(EngineFixture& fixture, model::ProgramId program);
std::string describe(const CampaignLimits& limits);

}  // namespace tim::tests
