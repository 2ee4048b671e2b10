#include "engine/core/settle.h"

#include <absl/container/inlined_vector.h>

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

using model::Downgrade;
using model::Fact;
using model::FactType;

namespace {

/// Lets time pass over one record, step by step.
class Passage {
  public:
    Passage(const CustomerRecord& from, CustomerRecord& record)
        : from_(from), record_(record), bases_(Bases::of(from)) {}

    const Bases& bases() const { return bases_; }

    /// Closes the months and periods before `month` by the rules that are in force until then.
    void close(model::Month month, const Rules& rules) {
        if (month <= bases_.now) return;
        const bool period_closed = bases_.advance(month, rules.period_months());
        materialize();
        if (!rules.enabled() || !rules.by_month()) return;
        if (rules.reopens() && period_closed) {
            record_.opening_tier = record_.bonus_tier = rules.reached_at_opening(record_);
            record_.bonus_floor = 0;
        }
        const std::uint8_t held = record_.tier;
        record_.tier = found(rules);
        // What time takes away leaves the bonus; it is not paid again in the same period.
        const bool within_period = !rules.reopens() || !period_closed;
        if (within_period && record_.tier < held) record_.bonus_floor = rules.paid_up_to(record_);
    }

    /// A version begins to hold that finds tiers in another way.
    void begin(const Rules& rules) {
        const Rules& before = *rules.previous();
        const auto mapped = [&](std::uint8_t tier) { return rules.index_of(before, tier); };
        record_.tier = before.tier_of(record_);
        if (rules.only_vips_changed()) return;
        if (rules.only_bonuses_changed()) {
            std::uint8_t paid = std::max(record_.opening_tier, record_.tier);
            if (before.has_bonuses()) paid = std::max(paid, before.paid_up_to(record_));
            record_.bonus_floor = record_.bonus_tier = paid;
            return;
        }
        change_period(rules.period_months(), before.period_months());
        if (rules.starts_at_zero()) return start_at_zero(rules);
        const auto kept = mapped(record_.tier);
        const std::uint8_t paid =
            before.has_bonuses() ? mapped(before.paid_up_to(record_)).value_or(0) : std::uint8_t{0};
        if (!rules.enabled()) {
            record_.tier = kept ? *kept : rules.reached(record_);
            record_.opening_tier = 0;
            record_.bonus_floor = record_.bonus_tier = paid;
            return;
        }
        record_.opening_tier = rules.reopens() ? rules.reached_at_opening(record_) : std::uint8_t{0};
        const bool never = rules.downgrade() == Downgrade::never && before.downgrade() == Downgrade::never;
        record_.tier = never ? kept.value_or(0) : std::uint8_t{0};
        record_.tier = found(rules);
        record_.bonus_floor = record_.bonus_tier = std::max(record_.tier, paid);
    }

  private:
    void materialize() {
        const CustomerRecord tiers = record_;
        record_ = from_;
        bases_.put(record_);
        record_.tier = tiers.tier;
        record_.opening_tier = tiers.opening_tier;
        record_.bonus_floor = tiers.bonus_floor;
        record_.bonus_tier = tiers.bonus_tier;
    }

    std::uint8_t found(const Rules& rules) const {
        const std::uint8_t reached = rules.reached(record_);
        switch (rules.downgrade()) {
            case Downgrade::at_review:
                return std::max(record_.opening_tier, reached);
            case Downgrade::never:
                return std::max(record_.tier, reached);
            case Downgrade::immediate:
                break;
        }
        return reached;
    }

    /// A review of another length: the figures of the period that is open go on, from the beginning of the
    /// new one where that is known; of the period before nothing is.
    void change_period(std::uint8_t months, std::uint8_t months_before) {
        if (months == months_before || months == 0) return;
        const auto begins = static_cast<std::uint16_t>(bases_.now.value - bases_.now.value % months);
        if (begins < bases_.opened.value && begins + months_before == bases_.opened.value)
            bases_.period = bases_.closed_period;
        bases_.closed_period = bases_.period;
        bases_.opened.value = begins;
        materialize();
    }

    void start_at_zero(const Rules& rules) {
        if (rules.uses(model::Criterion::month_spend)) bases_.month = bases_.closed_month = Sum::lifetime;
        bases_.period = bases_.closed_period = Sum::lifetime;
        if (rules.period_months() == 0) bases_.opened = bases_.now;
        materialize();
        record_.tier = record_.opening_tier = record_.bonus_floor = record_.bonus_tier = 0;
    }

    const CustomerRecord& from_;
    CustomerRecord& record_;
    Bases bases_;
};

/// What a fact of points leaves: where some are pending, `points` is not what moved.
void move_points(CustomerRecord& record, const Fact& fact) {
    if ((fact.flags & model::kFactPending) != 0)
        record.points = fact.points_after;
    else
        record.points.value += fact.points.value;
}

}  // namespace

Settlement settle(const CustomerRecord& record, const Rules& current, model::Instant now) {
    Settlement result{record, FactType::none, {}, record.tier, {}};
    absl::InlinedVector<const Rules*, 4> epochs;
    for (const Rules* rules = &current; rules != nullptr && rules->founder().version() > record.version;
         rules = rules->founder().previous()) {
        epochs.push_back(&rules->founder());
    }
    Passage passage(record, result.record);
    for (auto next = epochs.rbegin(); next != epochs.rend(); ++next) {
        const Rules& rules = **next;
        if (rules.previous() == nullptr) continue;  // the first of all: there was nothing before
        passage.close(rules.calendar().month_of(rules.effective()), *rules.previous());
        result.makes_vip |= rules.previous()->makes_vip(rules.previous()->tier_of(result.record));
        passage.begin(rules);
        result.makes_vip |= rules.makes_vip(rules.tier_of(result.record));
        result.type = FactType::tiers_recalculated;
        result.at = rules.effective();
    }
    const model::Month month = current.calendar().month_of(now);
    if (month > passage.bases().now && (current.by_month() || result.type != FactType::none)) {
        passage.close(month, current);
        result.makes_vip |= current.makes_vip(current.tier_of(result.record));
        if (result.type == FactType::none) result.type = FactType::period_closed;
        result.at = current.calendar().month_start(month);
    }
    if (result.type == FactType::none) return result;
    const Bases& bases = passage.bases();
    result.state = tier_state(result.record);
    if (result.type == FactType::tiers_recalculated) {
        const Rules& before = *epochs.back()->previous();
        result.tier_before = current.index_of(before, before.tier_of(record)).value_or(result.record.tier);
    }
    result.state.sums = {
        static_cast<std::uint8_t>(bases.month), static_cast<std::uint8_t>(bases.closed_month),
        static_cast<std::uint8_t>(bases.period), static_cast<std::uint8_t>(bases.closed_period)};
    result.record.version = current.version();
    result.makes_vip = result.makes_vip && !record.is_vip();
    if (result.makes_vip) result.record.set_network(CustomerClass::vip, record.vip());
    return result;
}

model::TierState tier_state(const CustomerRecord& record) {
    model::TierState state{};
    state.opening_tier = record.opening_tier;
    state.bonus_floor = record.bonus_floor;
    state.bonus_tier = record.bonus_tier;
    const auto same = Bases{};
    state.sums = {static_cast<std::uint8_t>(same.month), static_cast<std::uint8_t>(same.closed_month),
                  static_cast<std::uint8_t>(same.period), static_cast<std::uint8_t>(same.closed_period)};
    state.period = record.period.value;
    return state;
}

void put_tier_state(CustomerRecord& record, model::Month month, const model::TierState& state) {
    TIM_INVARIANT(std::ranges::all_of(
                      state.sums, [](auto sum) { return sum <= static_cast<std::uint8_t>(Sum::lifetime); }),
                  "a fact names sums that a record has");
    const Bases bases{static_cast<Sum>(state.sums[0]),
                      static_cast<Sum>(state.sums[1]),
                      static_cast<Sum>(state.sums[2]),
                      static_cast<Sum>(state.sums[3]),
                      month,
                      {state.period}};
    bases.put(record);
    record.opening_tier = state.opening_tier;
    record.bonus_floor = state.bonus_floor;
    record.bonus_tier = state.bonus_tier;
}

void fold_figures(CustomerRecord& record, const Fact& fact) {
    const bool anonymous = fact.subject.kind() == model::SubjectKind::anonymous;
    switch (fact.type) {
        case FactType::sale:
            move_points(record, fact);
            post_fact(record, fact, fact.points);
            // Nobody's first and last order are nobody's figure.
            if (anonymous)
                ++record.orders;
            else
                count_order(record, fact.at);
            break;
        case FactType::returned:
        case FactType::voided:
        case FactType::adjusted: {
            move_points(record, fact);
            const bool ranking = (fact.flags & model::kFactRanking) != 0;
            if (ranking || fact.amount.value != 0)
                post_fact(record, fact, ranking ? fact.points : model::Points{});
            break;
        }
        case FactType::shortfall:
            post_fact(record, fact, fact.points);
            break;
        case FactType::campaign_applied:
        case FactType::campaign_reduced:
            move_points(record, fact);
            if ((fact.flags & model::kFactRanking) != 0) post_fact(record, fact, fact.points);
            break;
        case FactType::claimed:
            post_fact(record, fact, {});
            TIM_INVARIANT(record.orders > 0, "a sale is claimed that was counted");
            --record.orders;
            break;
        case FactType::order_undone:
            TIM_INVARIANT(record.orders > 0, "an order is undone that was counted");
            --record.orders;
            if (!anonymous) {
                record.first_order_at = model::Instant{fact.amount.value};
                record.last_order_at = model::Instant{fact.points.value};
            }
            break;
        case FactType::redeemed:
        case FactType::reward_redeemed:
        case FactType::points_restored:
        case FactType::points_matured:
        case FactType::points_expired:
        case FactType::expiry_undone:
            move_points(record, fact);
            break;
        case FactType::hold_captured:  // with its sale; the book of holds is apply's business
            record.points.value += fact.points.value;
            record.held = fact.held_after;
            break;
        case FactType::extra_refused:
        case FactType::sale_lines:
        case FactType::lots_taken:
        case FactType::lot_spent:
            break;
        case FactType::tier_bonus:
            record.points.value += fact.points.value;
            post_fact(record, fact, fact.points);
            record.bonus_tier = fact.tiers.bonus_tier;
            break;
        case FactType::upline_earned:
        case FactType::upline_returned:
        case FactType::referral_earned:
        case FactType::referral_welcome:
        case FactType::referral_returned:
            record.points.value += fact.points.value;
            if ((fact.flags & model::kFactRanking) != 0) post_fact(record, fact, fact.points);
            break;
        case FactType::vip_granted:
            record.set_network(CustomerClass::vip, record.vip());
            break;
        case FactType::vip_undone:
            record.set_network(record.vip().value == 0 ? CustomerClass::retail : CustomerClass::member,
                               record.vip());
            break;
        case FactType::member_assigned: {
            const model::CustomerId vip{fact.name_kind == model::NameKind::none ? fact.party.counterparty
                                                                                : fact.request.related};
            const CustomerClass below = vip.value == 0 ? CustomerClass::retail : CustomerClass::member;
            record.set_network(record.is_vip() ? CustomerClass::vip : below, vip);
            break;
        }
        case FactType::referral_kept:
        case FactType::payment_noted:
            break;
        case FactType::period_closed:
        case FactType::tiers_recalculated:
        case FactType::period_corrected:
            put_tier_state(record, fact.month, fact.tiers);
            break;
        case FactType::tier_overridden:
        case FactType::override_began:
        case FactType::override_ended:
        case FactType::tier_found:
        case FactType::overrides_dropped:
        case FactType::order_placed:
        case FactType::order_updated:
        case FactType::order_cancelled:
        case FactType::classified:
        case FactType::voucher_granted:
        case FactType::voucher_reserved:
        case FactType::voucher_used:
        case FactType::voucher_released:
        case FactType::voucher_cancelled:
        case FactType::voucher_returned:
        case FactType::voucher_withdrawn:
        case FactType::care_planned:
        case FactType::care_changed:
        case FactType::care_done:
        case FactType::care_dropped:
        case FactType::password_set:
            break;  // a book changes, the tier that is held, or where a voucher stands
        default:
            TIM_INVARIANT(false, "a fact of this type has another subject");
    }
    record.tier = fact.tier_after;
    record.version = fact.version;
}

}  // namespace tim::core
