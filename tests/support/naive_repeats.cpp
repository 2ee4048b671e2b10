// Whether the naive model has been told the same before, and of whom.
#include <algorithm>

#include "tests/support/naive_model.h"

namespace tim::tests {

using model::Command;
using model::CommandKind;
using model::CustomerId;
using model::KeyKind;
using model::ProgramId;

namespace {

bool names_somebody(const model::CustomerRef& ref) {
    return ref.kind != KeyKind::none;
}

}  // namespace

bool NaiveModel::same_content(const Accepted& first, const Command& again) const {
    const OwnedCommand& sent = first.sent ? *first.sent : first.command;
    const Command was = sent.view();
    const std::int64_t asked = first.sent ? was.amount.value : first.asked_amount;
    const auto lines = [](const Command& any) {
        return any.details == nullptr ? std::vector<model::SaleLine>() : any.details->lines;
    };
    if (lines(was) != lines(again)) return false;
    if (was.kind != again.kind || asked != again.amount.value || was.points != again.points ||
        was.at != again.at || was.ttl_ms != again.ttl_ms || was.hold != again.hold ||
        ended_hold(sent) != (again.details != nullptr ? again.details->hold : again.hold) ||
        was.original != again.original || was.reason != again.reason || was.ranking != again.ranking)
        return false;
    const auto referral = [](const Command& sale) {
        return sale.details == nullptr ? std::string_view() : sale.details->referral;
    };
    if (referral(was) != referral(again)) return false;
    const auto voucher = [](const Command& sale) {
        return sale.details == nullptr ? std::string_view() : sale.details->voucher;
    };
    if (voucher(was) != voucher(again)) return false;
    if (was.reward != nullptr && again.reward != nullptr &&
        (was.reward->reward != again.reward->reward || was.reward->voucher != again.reward->voucher))
        return false;
    if (was.order != nullptr && again.order != nullptr &&
        (was.order->amount != again.order->amount || was.order->status != again.order->status ||
         was.order->waybill != again.order->waybill || was.order->referral != again.order->referral))
        return false;
    if (was.kind == CommandKind::move_member) {
        const auto whom = [&](const Command& move) {
            return names_somebody(move.network->vip) ? find_customer(first.program, move.network->vip)
                                                     : std::optional<CustomerId>(CustomerId{});
        };
        if (first.under != whom(again).value_or(CustomerId{})) return false;
    }
    if (model::ends_payout(was.kind) && was.network->payout != again.network->payout) return false;
    if (was.kind == CommandKind::override_tier &&
        (was.tier_act->tier != again.tier_act->tier || was.tier_act->from != again.tier_act->from ||
         was.tier_act->until != again.tier_act->until))
        return false;
    if (was.care != nullptr && *was.care != *again.care) return false;
    if (was.kind == CommandKind::classify && *was.class_terms != *again.class_terms) return false;
    if (was.kind == CommandKind::enroll) {
        if (was.enrollment->classes != again.enrollment->classes) return false;
        if (was.enrollment->name != again.enrollment->name ||
            was.enrollment->keys.size() != again.enrollment->keys.size() ||
            was.enrollment->referral != again.enrollment->referral ||
            was.enrollment->vip.kind != again.enrollment->vip.kind ||
            was.enrollment->vip.id != again.enrollment->vip.id ||
            was.enrollment->vip.text != again.enrollment->vip.text)
            return false;
        for (std::size_t i = 0; i < was.enrollment->keys.size(); ++i) {
            const auto& a = was.enrollment->keys[i];
            const auto& b = again.enrollment->keys[i];
            if (a.kind != b.kind || spelled_key(a) != spelled_key(b)) return false;
        }
        return true;
    }
    if (was.kind == CommandKind::rekey) {
        const auto said = [](const Command& command) {
            std::vector<std::string> texts;
            for (const auto* keys : {&command.enrollment->keys, &command.enrollment->drop}) {
                for (const auto& key : *keys)
                    texts.push_back(std::string(model::key_kind_name(key.kind)) + std::string(key.text));
                texts.emplace_back();
            }
            texts.push_back(command.enrollment->keeps_name ? "" : "as " + command.enrollment->name);
            return texts;
        };
        if (said(was) != said(again)) return false;
    }
    if (names_somebody(was.customer) != names_somebody(again.customer)) return false;
    if (!names_somebody(was.customer)) return true;
    // Whose the key is now, or once was.
    const auto named = find_customer(first.program, again.customer);
    return (named && *named == first.customer) || ever_had(first.program, first.customer, again.customer);
}

std::optional<CustomerId> NaiveModel::find_customer(ProgramId program, const model::CustomerRef& ref) const {
    if (ref.kind == KeyKind::id)
        return ref.id.value >= 1 && ref.id.value <= customer_count(program) ? std::optional(ref.id)
                                                                            : std::nullopt;
    const std::string text = spelled_key(ref);
    std::optional<CustomerId> holder;
    for (const Accepted& entry : accepted_) {
        if (entry.program != program) continue;
        const CommandKind kind = entry.command.command.kind;
        if (kind == CommandKind::erase && holder == entry.customer) holder.reset();
        if (kind != CommandKind::enroll && kind != CommandKind::rekey) continue;
        const model::Enrollment& terms = entry.command.enrollment->enrollment;
        const auto is_it = [&](const model::CustomerRef& key) {
            return key.kind == ref.kind && spelled_key(key) == text;
        };
        if (holder == entry.customer && std::any_of(terms.drop.begin(), terms.drop.end(), is_it))
            holder.reset();
        if (std::any_of(terms.keys.begin(), terms.keys.end(), is_it)) holder = entry.customer;
    }
    return holder;
}

}  // namespace tim::tests
