#include "engine/runtime/explain_told.h"

namespace tim::runtime {

using model::Fact;
using model::FactType;

void tell_party(const Told& told, Lines& lines, const char* rule, std::string arithmetic,
                std::string sentence) {
    ExplainedLine line = told.whole_line(std::move(sentence));
    line.rule = rule;
    line.arithmetic = std::move(arithmetic);
    lines.push_back(std::move(line));
}

void explain_upline(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const auto& earn = told.pricing().program().network;
    const Fact& head = told.transaction().facts.front().fact;
    std::string arithmetic;
    if (fact.type == FactType::upline_earned && earn && earn->upline_earn)
        arithmetic = fmt::format("floor({} / {}) × {} = {}", told.money(head.amount),
                                 told.money(earn->upline_earn->rate.per_amount),
                                 earn->upline_earn->rate.points.value, fact.points.value);
    tell_party(told, lines, "network.upline_earn", std::move(arithmetic),
               fmt::format("The VIP id:{}, above id:{}, gets {} for this order.", fact.subject.id(),
                           fact.party.counterparty, signed_number(fact.points.value)));
}

void explain_commission(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const core::CommissionTerms terms = core::CommissionTerms::of(fact.party.aux);
    const Fact& head = told.transaction().facts.front().fact;
    std::string arithmetic;
    const std::string campaign = fact.content == 0 ? std::string() : told.campaign_of(fact.content);
    if (fact.type != FactType::commission_returned && head.type == FactType::sale)
        arithmetic = fmt::format("floor({} × {} / {}) = {}", told.money(head.amount), terms.rate_bp,
                                 model::kWholeBp, told.money(fact.amount));
    ExplainedLine line = told.line();
    line.rule = "network.commission";
    line.arithmetic = std::move(arithmetic);
    const std::string whose = fmt::format("commission of {} id:{} on an order of id:{}",
                                          campaign.empty() ? "the VIP" : "the referrer", fact.subject.id(),
                                          fact.party.counterparty);
    if (fact.amount.value < 0)
        line.sentence =
            fmt::format("What came back takes {} of the {}.", told.money({-fact.amount.value}), whose);
    else
        line.sentence = fmt::format("C{}: {}, due from {}.", whose.substr(1), told.money(fact.amount),
                                    told.instant(terms.due.value));
    if (!campaign.empty()) {
        line.rule = fmt::format("campaigns.{}.referrer_commission_bp", campaign);
        if (fact.amount.value >= 0) line.sentence += fmt::format(" Campaign {} pays it.", campaign);
    }
    lines.push_back(std::move(line));
}

void explain_referral(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const std::string points = signed_number(fact.points.value);
    switch (fact.type) {
        case FactType::referral_welcome:
            return tell_party(told, lines, "referral.referee.points", {},
                              fmt::format("A first order with a code of id:{}: {} for the referee.",
                                          fact.party.counterparty, points));
        case FactType::referral_earned:
            return tell_party(told, lines, "referral.referrer.points", {},
                              fmt::format("id:{} brought id:{}: {} for the referrer.", fact.subject.id(),
                                          fact.party.counterparty, points));
        case FactType::referral_returned:
            return tell_party(
                told, lines, "referral", {},
                fmt::format("The order fell below the conditions of its referral: {} for id:{}.", points,
                            fact.subject.id()));
        case FactType::code_used:
            return lines.push_back(told.bare_line(
                fmt::format("The referral code of the sale at {} is used.", fact.subject.id())));
        case FactType::payment_noted:
            return lines.push_back(told.bare_line("The means of payment is noted, as a digest."));
        default:
            lines.push_back(told.bare_line("A referral code was given; the first order will judge it."));
    }
}

/// What happened in the network beside sales.
void explain_network(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const std::uint64_t id = fact.subject.id();
    const auto say = [&](std::string sentence) { lines.push_back(told.bare_line(std::move(sentence))); };
    const std::uint64_t other = model::counterpart_of(fact).customer.value;
    switch (fact.type) {
        case FactType::vip_granted:
            return say(fmt::format("id:{} is a VIP from then on.", id));
        case FactType::vip_undone:
            return say(fmt::format("The order that made id:{} a VIP came back: a VIP no more.", id));
        case FactType::member_assigned:
            return say(other == 0 ? fmt::format("id:{} is under nobody.", id)
                                  : fmt::format("id:{} is under the VIP id:{}.", id, other));
        case FactType::member_joined:
            return say(fmt::format("The VIP id:{} has a member more, id:{}.", id, other));
        case FactType::member_left:
            return say(fmt::format("The VIP id:{} has a member less, id:{}.", id, other));
        case FactType::commission_matured:
            return say(fmt::format("Commission of {} is available.", told.money(fact.amount)));
        case FactType::payout_requested:
        case FactType::payout_due:
            return say(fmt::format("{} are to be paid out.", told.money({-fact.amount.value})));
        case FactType::payout_approved:
            return say(fmt::format("A payout of {} is approved.", told.money(fact.amount)));
        case FactType::payout_paid:
            return say(fmt::format("A payout of {} was paid.", told.money(fact.amount)));
        default:
            say(fmt::format("A payout of {} failed: it is available again.", told.money(fact.amount)));
    }
}

void explain_by_hand(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    switch (fact.type) {
        case FactType::tier_overridden: {
            const bool at_once = fact.points.value == model::kNoInstant.value;
            lines.push_back(told.bare_line(fmt::format(
                "Tier {} is given by hand, from {} until {}.",
                told.tier(static_cast<std::uint8_t>(fact.month.value)),
                told.instant(at_once ? fact.at.value : fact.points.value), told.instant(fact.amount.value))));
            return;
        }
        case FactType::override_began:
            lines.push_back(told.bare_line(fmt::format("The tier given at {} begins.", fact.amount.value)));
            return;
        case FactType::override_ended:
            lines.push_back(told.bare_line(fmt::format("The tier given at {} is over.", fact.amount.value)));
            return;
        case FactType::tier_found:
            lines.push_back(
                told.bare_line(fmt::format("Beneath the tier by hand the figures lead to {}.",
                                           told.tier(static_cast<std::uint8_t>(fact.tiers.found - 1)))));
            return;
        default:
            lines.push_back(told.bare_line("The tiers by hand are taken back."));
    }
}

}  // namespace tim::runtime
