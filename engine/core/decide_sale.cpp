#include "engine/core/plain_sale.h"
#include "engine/core/voucher_facts.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;
using model::SubjectKind;

namespace {

Judgement check_extras(const SaleExtras& extras, const model::Command& command, const Moment& moment,
                       model::Subject subject) {
    if (command.details->hold.value == 0) return {};
    if (extras.hold_customer.value == 0) return refuse(Refusal::unknown_hold);
    if (subject != model::Subject::customer(subject.program(), extras.hold_customer))
        return refuse(Refusal::other_hold);
    return check_hold(extras.hold, extras.hold_resolved, moment.now);
}

/// The hold is captured whole, at the chain's end.
bool capture(const OpenHold& hold, const Lots* lots, FactChain& chain) {
    const model::Points free_before = free_points(chain.points(), chain.held());
    Fact* const fact = chain.add(FactType::hold_captured, {-hold.points.value}, {-hold.points.value});
    if (fact == nullptr) return false;
    fact->request.related = hold.id.value;
    if (lots == nullptr) return true;
    Lots after = *lots;
    after.fold(*fact, chain.previous(), {}, free_before);
    tell_lots(*lots, after, chain.previous(), chain.subject(), *fact, chain.facts());
    return true;
}

CampaignSale campaign_sale(const model::Command& command, model::Instant at, const CustomerRecord& record) {
    CampaignSale sale{command.amount, at, {}, command.name.terminal, record.orders == 0};
    if (command.details != nullptr) sale.lines = command.details->lines;
    return sale;
}

/// Whether campaigns have not reached their limits; of one sale, which asks for each once, in their order.
class Limits {
  public:
    Limits(const Rules& rules, model::CustomerId customer, const CampaignCounts& counts)
        : rules_(rules), customer_(customer), counts_(counts) {}

    bool operator()(const CampaignGain& gain) const {
        const model::Campaign& campaign = rules_.program().campaigns[gain.index];
        if (gain.counted && counts_.uses.of(customer_, gain.number) >= *campaign.per_customer) return false;
        if (gain.budgeted) {
            // What is too little for this sale pays nothing (rules.md, Earning).
            const auto paid = model::checked_add(
                counts_.budgets.of(gain.number).paid.load(std::memory_order_relaxed), gain.points.value);
            if (!paid || *paid > campaign.budget_points->value) return false;
        }
        return gain.reward == 0 || takes_of_stock(gain.reward);
    }

  private:
    bool takes_of_stock(std::uint16_t place) const {
        const model::Reward& reward = rules_.program().rewards[place - 1u];
        const std::int64_t given =
            counts_.rewards.given(rules_.reward_number(reward.id)) + std::ranges::count(taken_, place);
        if (reward.stock && given >= *reward.stock) return false;
        taken_.push_back(place);
        return true;
    }

    const Rules& rules_;
    const model::CustomerId customer_;
    const CampaignCounts& counts_;
    mutable absl::InlinedVector<std::uint16_t, model::kMaxVoucherCampaigns> taken_;  // by this sale
};

/// What a sale earns by a version with campaigns, within their limits.
std::optional<Earning> earning_by_campaigns(const Rules& pricing, CampaignSale sale,
                                            const AskedCustomer& asked, std::uint8_t tier, model::Money order,
                                            const CampaignCounts& counts) {
    const auto answer = [&asked](std::uint16_t, std::span<const CustomerQuestion> questions) {
        return answers_of(questions, asked);
    };
    const CampaignSale::Ask ask(answer);
    sale.ask = &ask;
    return pricing.earning(sale, asked.current, tier, order, Limits(pricing, asked.customer, counts));
}

std::optional<Earning> earning_of(const model::Command& command, const Moment& moment, model::Subject subject,
                                  const CustomerRecord& record, std::uint8_t tier,
                                  const SaleContext& context) {
    if (subject.kind() == SubjectKind::anonymous) return Earning{};
    const Rules& pricing = *moment.pricing;
    if (!pricing.campaigns().empty()) {
        TIM_INVARIANT(context.counts != nullptr, "campaigns are judged by their limits");
        const AskedCustomer asked{
            context.counts->program, {subject.id()}, *moment.current, moment.now, moment.at};
        CampaignSale sale = campaign_sale(command, moment.at, record);
        sale.has_referrer = context.referrer.value != 0;
        return earning_by_campaigns(pricing, sale, asked, tier, command.amount, *context.counts);
    }
    const auto own = pricing.earned(command.amount, *moment.current, tier);
    if (!own) return std::nullopt;
    Earning earning;
    earning.own = *own;
    return earning;
}

/// A campaign's voucher, free.
void give_voucher(const CampaignGain& gain, model::Sequence sale, const RewardCounts& counts,
                  FactChain& chain) {
    const Moment& moment = chain.moment();
    const model::ProgramId program = chain.subject().program();
    const model::Reward& reward = moment.pricing->program().rewards[gain.reward - 1u];
    const std::uint16_t number = moment.pricing->reward_number(reward.id);
    chain.add(FactType::voucher_granted, {})->party = {gain.number, sale.value, number};
    add_issued(reward, number, {chain.subject().id()}, {}, true, moment, program, chain.facts());
    count_reward(program, number, 1, moment, counts, chain.facts());
}

/// What campaigns add to a sale, a fact each. `dated` are the flags by which its points have dates.
bool add_gains(const Earning& earning, std::uint8_t dated, model::Month month, model::Sequence sale,
               const CampaignCounts* counts, FactChain& chain) {
    for (const CampaignGain& gain : earning.gains) {
        const bool pending = (dated & model::kFactPending) != 0;
        Fact* const fact = chain.add(FactType::campaign_applied, pending ? model::Points{} : gain.points);
        if (fact == nullptr) return false;
        fact->points = gain.points;
        fact->flags = dated;
        set_month(*fact, chain.moment(), month);
        fact->party = {gain.number, sale.value, static_cast<std::uint64_t>(gain.discount.value)};
        if (gain.ranking) fact->flags |= model::kFactRanking;
        if (gain.counted) fact->flags |= model::kFactCounted;
        fact->content = gain.answers;
        if (gain.budgeted && gain.points.value != 0)
            charge(chain.subject().program(), gain.number, gain.points, chain.moment(), counts->budgets,
                   chain.facts());
        if (gain.reward != 0) give_voucher(gain, sale, counts->rewards, chain);
    }
    return true;
}

}  // namespace

void charge(model::ProgramId program, std::uint16_t number, model::Points points, const Moment& moment,
            const CampaignBudgets& budgets, FactWriter& facts) {
    const CampaignBudget& budget = budgets.of(number);
    Fact& fact = facts.add(FactType::campaign_budgeted,
                           model::Subject::of(SubjectKind::campaign, program, number), budget.last);
    fact.at = moment.at;
    fact.recorded = moment.recorded;
    fact.version = moment.current->version();
    fact.points = points;
    fact.points_after = {budget.paid.load(std::memory_order_relaxed) + points.value};
}

Judgement post_sale(const model::Command& command, const Moment& moment, model::Subject subject,
                    const CustomerRecord& record, FactWriter& facts, const SaleContext& context) {
    if (context.extras != nullptr) {
        const Judgement judgement = check_extras(*context.extras, command, moment, subject);
        if (!judgement.accepted()) return judgement;
    }
    const std::uint8_t before = tier_now(moment, subject, record);
    const auto earning = earning_of(command, moment, subject, record, before, context);
    if (!earning) return refuse(Refusal::overflow);
    if (context.gains != nullptr) *context.gains = earning->gains;
    LotDates dates;
    if (dating(moment).dates_points() && earning->total().value > 0)
        dates = dating(moment).lot_dates(moment.at);
    const bool pending = dates.matures_at != model::kNoInstant && dates.matures_at > moment.now;
    std::uint8_t dated = pending ? model::kFactPending : std::uint8_t{0};
    if (pending || dates.expires_at != model::kNever) dated |= model::kFactLot;
    const auto points = pending ? std::optional(record.points) : checked_add(record.points, earning->own);
    const model::Month month = moment.current->calendar().month_of(moment.at);
    if (!points || record.orders == UINT32_MAX ||
        !can_post(record, month, moment.current->period_months(), command.amount, earning->total()))
        return refuse(Refusal::overflow);

    const model::Sequence sequence = facts.next();
    Fact& fact = facts.add(FactType::sale, subject, record.last);
    stamp(fact, moment, before, before, *points, record.held);
    name(fact, command);
    if (context.order.value != 0) fact.request.related = context.order.value;
    fact.flags = model::kFactRanking | dated;
    if (record.orders == 0 && subject.kind() == SubjectKind::customer) fact.flags |= model::kFactFirstOrder;
    set_month(fact, moment, month);
    fact.amount = command.amount;
    fact.points = earning->own;

    const bool captures = context.extras != nullptr && context.extras->hold;
    const bool has_lines = command.details != nullptr && !command.details->lines.empty();
    const VoucherEvidence* const voucher = context.extras == nullptr ? nullptr : context.extras->voucher;
    if (captures || has_lines || voucher != nullptr || !earning->gains.empty()) {
        FactChain chain(moment, subject, before, *points, record.held, sequence, facts);
        if (has_lines) chain.add(FactType::sale_lines, {});
        if (!add_gains(*earning, dated, month, sequence, context.counts, chain))
            return refuse(Refusal::overflow);
        if (voucher != nullptr) use_voucher(*voucher, sequence, chain);
        // Last: the lots that it was of are told behind it.
        if (captures && !capture(*context.extras->hold, context.extras->lots, chain))
            return refuse(Refusal::overflow);
    }
    return {};
}

Judgement decide_sale(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, FactWriter& facts, const SaleContext& context) {
    if (moment.current->simple_sales() && moment.pricing->simple_sales() && context.extras == nullptr &&
        context.order.value == 0 && subject.kind() == SubjectKind::customer && moment.hands.empty()) {
        const model::Month month = moment.current->calendar().month_of(moment.at);
        Fact fact;
        const Judgement judgement = decide_plain_sale(command, moment, month, subject, record, fact);
        if (!judgement.accepted()) return judgement;
        facts.add(FactType::sale, subject, record.last) = fact;
        facts.end_transaction();
        return judgement;
    }
    const Judgement judgement = post_sale(command, moment, subject, record, facts, context);
    return judgement.accepted() ? end_posting(moment, subject, record, facts) : judgement;
}

std::optional<model::Points> expected_points(const model::Command& command, const Rules& current,
                                             model::Instant now, model::CustomerId customer,
                                             const CustomerRecord& record, std::uint8_t tier,
                                             const CampaignCounts& counts) {
    if (!current.adds_to_sales()) return current.earned(command.amount, current, tier);
    const AskedCustomer asked{counts.program, customer, current, now, now};
    const auto earning = earning_by_campaigns(current, campaign_sale(command, now, record), asked, tier,
                                              command.amount, counts);
    return earning ? std::optional(earning->total()) : std::nullopt;
}

std::optional<Quote> quote(const model::Command& command, const Rules& current, model::Instant now,
                           model::CustomerId customer, const CustomerRecord& record, std::uint8_t tier,
                           const CampaignCounts& counts, model::Money voucher) {
    if (!current.adds_to_sales()) {
        const model::Money off = std::min(voucher, command.amount);
        const auto earned = current.earned({command.amount.value - off.value}, current, tier);
        return earned ? std::optional(Quote{off, *earned}) : std::nullopt;
    }
    CampaignSale sale = campaign_sale(command, now, record);
    const AskedCustomer asked{counts.program, customer, current, now, now};
    const auto order = earning_by_campaigns(current, sale, asked, tier, command.amount, counts);
    if (!order) return std::nullopt;
    Quote whole{order->discount(), order->total()};
    whole.discount.value += std::min(voucher.value, command.amount.value - whole.discount.value);
    if (whole.discount.value == 0) return whole;
    sale.amount.value -= whole.discount.value;
    const auto paid = earning_by_campaigns(current, sale, asked, tier, sale.amount, counts);
    return paid ? std::optional(Quote{whole.discount, paid->total()}) : std::nullopt;
}

}  // namespace tim::core
