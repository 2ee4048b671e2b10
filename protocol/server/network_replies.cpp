// The network and referrals, as replies.
#include <utility>

#include "protocol/server/insight_replies.h"

namespace tim::server {

std::unique_ptr<schema::PayoutT> to_schema(const runtime::PayoutView& view) {
    auto payout = std::make_unique<schema::PayoutT>();
    payout->id = view.id.value;
    payout->vip = view.vip.value;
    payout->amount = view.amount.value;
    payout->approved = view.approved;
    payout->requested_at_ms = view.requested_at.value;
    return payout;
}

schema::VipReplyT to_schema(const runtime::VipView& view) {
    schema::VipReplyT answer;
    answer.id = view.id.value;
    answer.customer_class = static_cast<schema::CustomerClass>(view.customer_class);
    answer.vip = view.vip.value;
    answer.members = view.members;
    answer.recruits_this_month = view.recruits_this_month;
    answer.recruits_closed_month = view.recruits_closed_month;
    answer.rate_bp = view.rate_bp;
    answer.available = view.available.value;
    answer.pending = view.pending.value;
    answer.in_payout = view.in_payout.value;
    answer.earned = view.earned.value;
    answer.paid = view.paid.value;
    for (const runtime::PayoutView& payout : view.payouts)
        answer.payouts.push_back(to_schema(payout));
    return answer;
}

schema::ReferralReplyT to_schema(const runtime::ReferralView& view) {
    schema::ReferralReplyT answer;
    answer.id = view.id.value;
    answer.referrer = view.referrer.value;
    answer.has_code = view.has_code;
    answer.brought = view.brought;
    answer.points = view.points.value;
    for (const runtime::BroughtView& brought : view.rows) {
        auto row = std::make_unique<schema::BroughtT>();
        row->referee = brought.referee.value;
        row->order = brought.order.value;
        row->receipt = brought.receipt;
        row->at_ms = brought.at.value;
        row->points = brought.points.value;
        answer.rows.push_back(std::move(row));
    }
    return answer;
}

}  // namespace tim::server
