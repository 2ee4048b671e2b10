#include "tools/tim/feed/feed_commands.h"

#include <absl/hash/hash.h>

#include <string>

#include "tools/tim/request_id.h"

namespace tim::cli {
namespace {

enum class SubjectKind : std::uint8_t { customer_id, customer_key, receipt };

template <class... Parts>
std::uint64_t digest(SubjectKind kind, const Parts&... parts) {
    // 0 is "nothing" in a schedule.
    return absl::HashOf(static_cast<std::uint8_t>(kind), parts...) | 1;
}

std::uint64_t receipt_subject(const model::Name& name) {
    return digest(SubjectKind::receipt, name.terminal.value, name.number());
}

}  // namespace

model::CustomerRef customer_of(const FeedRow& row) {
    if (row.customer_kind == model::KeyKind::id) return {row.customer_kind, row.customer_id, {}};
    return {row.customer_kind, {}, row.customer};
}

model::Command command_of(const FeedRow& row) {
    model::Command command;
    command.name = row.name;
    command.at = row.at;
    command.amount = row.amount;
    command.original = row.original;
    command.customer = customer_of(row);
    switch (row.kind) {
        case FeedKind::sale:
            command.kind = model::CommandKind::sale;
            break;
        case FeedKind::returned:
            command.kind = model::CommandKind::returned;
            break;
        case FeedKind::voided:
            // The customer is the sale's.
            command.kind = model::CommandKind::voided;
            command.customer = {};
            break;
        case FeedKind::redeem:
            command.kind =
                row.reward.empty() ? model::CommandKind::redeem : model::CommandKind::redeem_reward;
            break;
        case FeedKind::enroll:
            command.kind = model::CommandKind::enroll;
            break;
    }
    return command;
}

bool has_details(const FeedRow& row) {
    return !row.lines.empty() || !row.referral.empty() || !row.reward.empty();
}

model::SaleDetails details_of(const FeedRow& row) {
    return {{}, row.referral, {}, row.lines, {}, {row.reward, {}}};
}

model::Enrollment enrollment_of(const FeedRow& row) {
    model::Enrollment enrollment;
    enrollment.keys = {customer_of(row)};
    if (row.kind != FeedKind::enroll) return enrollment;
    enrollment.vip = {row.vip_kind, row.vip_id, row.vip};
    enrollment.referral = row.referral;
    return enrollment;
}

bool joins_others(const FeedRow& row) {
    return row.kind == FeedKind::enroll && (!row.referral.empty() || row.vip_kind != model::KeyKind::none);
}

model::Name enrollment_name(std::string_view program, const FeedRow& row) {
    std::string text = "tim-feed-enroll-1\n";
    text += program;
    text += '\n';
    text += model::key_kind_name(row.customer_kind);
    text += ':';
    text += row.customer;
    text += '\n';
    text += std::to_string(row.at.value);
    return request_id_of(text);
}

FeedSchedule::Subjects subjects_of(const FeedRow& row) {
    FeedSchedule::Subjects subjects{};
    if (row.customer_id.value != 0)
        subjects[0] = digest(SubjectKind::customer_id, row.customer_id.value);
    else if (row.customer_kind != model::KeyKind::none)
        subjects[0] =
            digest(SubjectKind::customer_key, static_cast<std::uint8_t>(row.customer_kind), row.customer);
    if (row.name.kind == model::NameKind::receipt) subjects[1] = receipt_subject(row.name);
    if (row.original.kind == model::NameKind::receipt) subjects[2] = receipt_subject(row.original);
    return subjects;
}

bool stands_alone(const FeedRow& row) {
    return !row.referral.empty() ||
           (row.customer_kind == model::KeyKind::none && row.original.kind == model::NameKind::receipt);
}

}  // namespace tim::cli
