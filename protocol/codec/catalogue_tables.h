#pragma once

#include "engine/model/program.h"
#include "protocol/codec/campaign_tables.h"

namespace tim::codec {

// Rewards and classification between their tables and the model; amounts are read as those of campaigns are.

model::Reward read_reward(const CampaignReading& reading, const std::string& path,
                          const schema::Reward& table);
model::Classification read_classification(const CampaignReading& reading,
                                          const schema::Classification& table);

/// Without a calendar no days are told.
std::unique_ptr<schema::RewardT> to_schema(const model::Reward& reward, const model::Currency& currency,
                                           const model::Calendar* calendar);
std::unique_ptr<schema::ClassificationT> to_schema(const model::Classification& classification,
                                                   const model::Currency& currency);

}  // namespace tim::codec
