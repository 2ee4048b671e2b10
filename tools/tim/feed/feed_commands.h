#pragma once

#include <string_view>

#include "engine/model/command.h"
#include "tools/tim/feed/feed_row.h"
#include "tools/tim/feed/feed_schedule.h"

namespace tim::cli {

/// The customer of a row as commands name one; points into the row.
model::CustomerRef customer_of(const FeedRow& row);

/// The command that posts a row (any kind but enroll), without its details; points into the row.
model::Command command_of(const FeedRow& row);

/// Whether a row (any kind but enroll) names more than a plain row carries, and what; points into the row.
bool has_details(const FeedRow& row);
model::SaleDetails details_of(const FeedRow& row);

/// What a row enrols; points into the row.
model::Enrollment enrollment_of(const FeedRow& row);
/// Whether an enrolment depends on what another customer has done before it.
bool joins_others(const FeedRow& row);

/// The name of the enrolment of a row's customer: made of what it says (program, key, time), so that a feed
/// that is posted again, by whomever, asks for the same enrolment.
model::Name enrollment_name(std::string_view program, const FeedRow& row);

/// What a row depends on: its customer, its receipt, and the receipt that it takes back.
FeedSchedule::Subjects subjects_of(const FeedRow& row);

/// Whether the row does not tell whom it concerns: only the sale's receipt tells whose it is, or a referral
/// code whose that is. Then every row before it is to be done with first, and none after it may start.
bool stands_alone(const FeedRow& row);

}  // namespace tim::cli
