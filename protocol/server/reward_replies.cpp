#include <memory>
#include <utility>

#include "engine/model/calendar.h"
#include "protocol/codec/catalogue_tables.h"
#include "protocol/server/insight_replies.h"

namespace tim::server {

schema::VouchersT to_schema(const runtime::VouchersPage& page) {
    schema::VouchersT vouchers;
    vouchers.next = page.next.value;
    vouchers.rows.reserve(page.rows.size());
    for (const runtime::VoucherView& view : page.rows) {
        auto row = std::make_unique<schema::VoucherT>();
        row->id = view.id.value;
        row->code = view.code;
        row->reward = view.reward;
        row->name = view.name;
        row->kind = static_cast<schema::RewardKind>(view.kind);
        row->value = view.value.value;
        row->cost = view.cost.value;
        row->by_campaign = view.by_campaign;
        row->customer = view.customer.value;
        row->phase = static_cast<schema::VoucherPhase>(view.phase);
        row->expired = view.expired;
        row->issued_at_ms = view.issued_at.value;
        row->expires_at_ms = view.expires_at.value;
        row->reserved_until_ms = view.reserved_until.value;
        row->changed_at_ms = view.changed_at.value;
        row->sale = view.sale;
        vouchers.rows.push_back(std::move(row));
    }
    return vouchers;
}

schema::RewardsT to_schema(const std::vector<runtime::RewardView>& catalogue) {
    schema::RewardsT rewards;
    rewards.rows.reserve(catalogue.size());
    if (catalogue.empty()) return rewards;
    const auto calendar = model::Calendar::load(catalogue.front().program->time_zone);
    for (const runtime::RewardView& view : catalogue) {
        auto row = std::make_unique<schema::RewardOfferT>();
        row->reward = codec::to_schema(view.program->rewards[view.place], view.program->currency,
                                       calendar ? &*calendar : nullptr);
        row->given = view.given;
        row->cost = view.cost.value;
        row->refusal = static_cast<std::uint16_t>(view.refusal);
        row->detail = view.detail;
        rewards.rows.push_back(std::move(row));
    }
    return rewards;
}

}  // namespace tim::server
