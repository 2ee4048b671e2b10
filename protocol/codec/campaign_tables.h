#pragma once

#include <functional>
#include <memory>
#include <optional>
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

/// The first instant of a span, and the first behind it: a day as the end is part of it. None where no text
/// is, or what it says is no instant.
std::optional<model::Instant> read_start(const CampaignReading& reading, const std::string& path,
                                         const flatbuffers::String* text);
std::optional<model::Instant> read_end(const CampaignReading& reading, const std::string& path,
                                       const flatbuffers::String* text);
/// As they are read: days where the span begins and ends with one.
std::string start_text(model::Instant at, const model::Calendar& calendar);
std::string end_text(model::Instant at, const model::Calendar& calendar);

std::unique_ptr<schema::DiscountT> to_schema(const model::Discount& discount,
                                             const model::Currency& currency);
std::unique_ptr<schema::CampaignT> to_schema(const model::Campaign& campaign, const model::Currency& currency,
                                             const model::Calendar& calendar);

}  // namespace tim::codec
