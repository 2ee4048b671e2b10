#include "engine/model/fact.h"

namespace tim::model {

std::string_view fact_type_name(FactType type) {
    switch (type) {
        case FactType::none:
            return "none";
        case FactType::program_put:
            return "program_put";
        case FactType::customer_blocked:
            return "customer_blocked";
        case FactType::customer_unblocked:
            return "customer_unblocked";
        case FactType::rekeyed:
            return "rekeyed";
        case FactType::receipt_claimed:
            return "receipt_claimed";
        case FactType::claimed:
            return "claimed";
        case FactType::erased:
            return "erased";
        case FactType::access_key_added:
            return "access_key_added";
        case FactType::access_key_revoked:
            return "access_key_revoked";
        case FactType::enrolled:
            return "enrolled";
        case FactType::sale:
            return "sale";
        case FactType::returned:
            return "returned";
        case FactType::voided:
            return "voided";
        case FactType::receipt_reduced:
            return "receipt_reduced";
        case FactType::order_undone:
            return "order_undone";
        case FactType::redeemed:
            return "redeemed";
        case FactType::adjusted:
            return "adjusted";
        case FactType::hold_opened:
            return "hold_opened";
        case FactType::hold_captured:
            return "hold_captured";
        case FactType::hold_released:
            return "hold_released";
        case FactType::hold_expired:
            return "hold_expired";
        case FactType::shortfall:
            return "shortfall";
        case FactType::period_closed:
            return "period_closed";
        case FactType::tiers_recalculated:
            return "tiers_recalculated";
        case FactType::period_corrected:
            return "period_corrected";
        case FactType::tier_bonus:
            return "tier_bonus";
        case FactType::tier_overridden:
            return "tier_overridden";
        case FactType::override_began:
            return "override_began";
        case FactType::override_ended:
            return "override_ended";
        case FactType::tier_found:
            return "tier_found";
        case FactType::overrides_dropped:
            return "overrides_dropped";
        case FactType::extra_refused:
            return "extra_refused";
        case FactType::points_expired:
            return "points_expired";
        case FactType::points_matured:
            return "points_matured";
        case FactType::lots_taken:
            return "lots_taken";
        case FactType::lot_spent:
            return "lot_spent";
        case FactType::receipt_redeemed:
            return "receipt_redeemed";
        case FactType::points_restored:
            return "points_restored";
        case FactType::campaign_applied:
            return "campaign_applied";
        case FactType::campaign_reduced:
            return "campaign_reduced";
        case FactType::campaign_budgeted:
            return "campaign_budgeted";
        case FactType::sale_lines:
            return "sale_lines";
        case FactType::payment_noted:
            return "payment_noted";
        case FactType::vip_granted:
            return "vip_granted";
        case FactType::vip_undone:
            return "vip_undone";
        case FactType::member_assigned:
            return "member_assigned";
        case FactType::upline_earned:
            return "upline_earned";
        case FactType::upline_returned:
            return "upline_returned";
        case FactType::member_joined:
            return "member_joined";
        case FactType::member_left:
            return "member_left";
        case FactType::commission_accrued:
            return "commission_accrued";
        case FactType::commission_returned:
            return "commission_returned";
        case FactType::commission_matured:
            return "commission_matured";
        case FactType::payout_requested:
            return "payout_requested";
        case FactType::payout_due:
            return "payout_due";
        case FactType::payout_approved:
            return "payout_approved";
        case FactType::payout_paid:
            return "payout_paid";
        case FactType::payout_failed:
            return "payout_failed";
        case FactType::referral_kept:
            return "referral_kept";
        case FactType::referral_earned:
            return "referral_earned";
        case FactType::referral_welcome:
            return "referral_welcome";
        case FactType::referral_returned:
            return "referral_returned";
        case FactType::code_used:
            return "code_used";
        case FactType::order_placed:
            return "order_placed";
        case FactType::order_updated:
            return "order_updated";
        case FactType::order_cancelled:
            return "order_cancelled";
        case FactType::order_noted:
            return "order_noted";
        case FactType::classified:
            return "classified";
        case FactType::reward_redeemed:
            return "reward_redeemed";
        case FactType::voucher_granted:
            return "voucher_granted";
        case FactType::voucher_reserved:
            return "voucher_reserved";
        case FactType::voucher_used:
            return "voucher_used";
        case FactType::voucher_released:
            return "voucher_released";
        case FactType::voucher_cancelled:
            return "voucher_cancelled";
        case FactType::voucher_returned:
            return "voucher_returned";
        case FactType::voucher_withdrawn:
            return "voucher_withdrawn";
        case FactType::voucher_issued:
            return "voucher_issued";
        case FactType::voucher_noted:
            return "voucher_noted";
        case FactType::reward_counted:
            return "reward_counted";
        case FactType::referrer_commission:
            return "referrer_commission";
        case FactType::expiry_undone:
            return "expiry_undone";
        case FactType::care_planned:
            return "care_planned";
        case FactType::care_changed:
            return "care_changed";
        case FactType::care_done:
            return "care_done";
        case FactType::care_dropped:
            return "care_dropped";
        case FactType::care_noted:
            return "care_noted";
        case FactType::password_set:
            return "password_set";
    }
    return "unknown";
}

std::string_view sale_extra_name(SaleExtra extra) {
    switch (extra) {
        case SaleExtra::none:
            return "none";
        case SaleExtra::hold:
            return "hold";
        case SaleExtra::referral:
            return "referral";
        case SaleExtra::voucher:
            return "voucher";
    }
    return "unknown";
}

Counterpart counterpart_of(const Fact& fact) {
    switch (fact.type) {
        case FactType::hold_captured:
        case FactType::hold_released:
        case FactType::hold_expired:
        case FactType::order_undone:
        case FactType::payout_approved:
        case FactType::payout_paid:
        case FactType::payout_failed:
        case FactType::order_updated:
        case FactType::order_cancelled:
        case FactType::voucher_reserved:
        case FactType::voucher_used:
        case FactType::voucher_released:
        case FactType::voucher_cancelled:
        case FactType::voucher_returned:
        case FactType::voucher_withdrawn:
        case FactType::care_changed:
        case FactType::care_done:
        case FactType::care_dropped:
            return {{}, {fact.request.related}};
        case FactType::care_noted:
            return {{fact.care.customer}, {}};
        case FactType::voucher_granted:
            return {{}, {fact.party.related}};
        case FactType::voucher_issued:
        case FactType::voucher_noted:
            return {{fact.voucher.customer},
                    {fact.voucher.phase == VoucherPhase::used ? fact.voucher.related : 0}};
        case FactType::sale:
            return goes_by_receipt(fact) ? Counterpart{{}, {fact.request.related}} : Counterpart{};
        case FactType::order_noted:
            return {{}, {fact.order.sale}};
        case FactType::override_began:
        case FactType::override_ended:
            return {{}, {static_cast<std::uint64_t>(fact.amount.value)}};
        case FactType::member_assigned:
            if (fact.name_kind != NameKind::none) return {{fact.request.related}, {}};
            return {{fact.party.counterparty}, {}};
        case FactType::vip_granted:
        case FactType::vip_undone:
            if (fact.name_kind != NameKind::none) return {};
            return {{}, {fact.party.related}};
        case FactType::upline_earned:
        case FactType::upline_returned:
        case FactType::member_joined:
        case FactType::member_left:
        case FactType::commission_accrued:
        case FactType::commission_returned:
        case FactType::referrer_commission:
        case FactType::referral_earned:
        case FactType::referral_welcome:
        case FactType::referral_returned:
        case FactType::code_used:
        case FactType::claimed:
        case FactType::receipt_claimed:
            return {{fact.party.counterparty}, {fact.party.related}};
        default:
            return {};
    }
}

}  // namespace tim::model
