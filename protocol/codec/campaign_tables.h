#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/model/calendar.h"
#include "engine/model/campaign.h"
#include "engine/model/money.h"
#include "protocol/schema/messages_generated.h"

namespace tim::codec {

/// What campaigns and discounts are read with: the program's currency and zone, and where faults go. Of an
/// unknown currency or zone (null) no amount or day can be judged, and none is read.
struct CampaignReading {
    const model::Currency* currency = nullptr;
    const model::Calendar* calendar = nullptr;
    std::function<void(std::string path, std::string message)> fault;
};

model::Discount read_discount(const CampaignReading& reading, const std::string& path,
                              const schema::Discount& table);
model::Campaign read_campaign(const CampaignReading& reading, const std::string& path,
                              const schema::Campaign& table);

std::unique_ptr<schema::DiscountT> to_schema(const model::Discount& discount,
                                             const model::Currency& currency);
std::unique_ptr<schema::CampaignT> to_schema(const model::Campaign& campaign, const model::Currency& currency,
                                             const model::Calendar& calendar);

}  // namespace tim::codec
