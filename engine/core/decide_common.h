#pragma once

#include "engine/core/decide.h"

namespace tim::core {

/// Fills in what every customer's fact carries: the moment, the tiers and the figures after it.
inline void stamp(model::Fact& fact, const Moment& moment, std::uint8_t tier_before, std::uint8_t tier_after,
                  model::Points points_after, model::Points held_after) {
    fact.at = moment.at;
    fact.recorded = moment.recorded;
    fact.version = moment.current->version();
    fact.tier_before = tier_before;
    fact.tier_after = tier_after;
    fact.points_after = points_after;
    fact.held_after = held_after;
}

/// Names the transaction's first fact after its command.
inline void name(model::Fact& fact, const model::Command& command) {
    fact.set_name(command.name);
    fact.content = content_digest(command);
}

/// The tier under the version in force now; nobody's sales have none.
inline std::uint8_t tier_now(const Moment& moment, model::Subject subject, const CustomerRecord& record) {
    if (subject.kind() != model::SubjectKind::customer) return 0;
    const HandTier* const hand = moment.hands.find(subject);
    return hand != nullptr && hand->tier ? *hand->tier : moment.current->tier_of(record);
}

/// Adds a customer's next fact, with the figures and the tier as they are; the caller fills in what moves.
inline model::Fact& add_fact(model::FactType type, const Moment& moment, model::Subject subject,
                             const CustomerRecord& record, FactWriter& facts) {
    model::Fact& fact = facts.add(type, subject, record.last);
    const std::uint8_t tier = tier_now(moment, subject, record);
    stamp(fact, moment, tier, tier, record.points, record.held);
    return fact;
}

/// The same, as the one that its command names.
inline model::Fact& add_fact(model::FactType type, const model::Command& command, const Moment& moment,
                             model::Subject subject, const CustomerRecord& record, FactWriter& facts) {
    model::Fact& fact = add_fact(type, moment, subject, record, facts);
    name(fact, command);
    return fact;
}

/// Points that are given otherwise than by a sale: they have its expiry, and can be spent at once.
inline void date_points(model::Fact& fact, const Moment& moment) {
    const Rules& rules = dating(moment);
    if (rules.dates_points() && rules.lot_dates(fact.at).expires_at != model::kNever)
        fact.flags |= model::kFactLot;
}

/// Fills in to which month a fact posts, and by which periods.
inline void set_month(model::Fact& fact, const Moment& moment, model::Month month) {
    fact.month = month;
    fact.period_months = moment.current->period_months();
}

/// The tier that a record's figures lead to once something was posted to them.
std::uint8_t found_tier(const Rules& rules, const CustomerRecord& record);

/// Why a hold cannot be captured or released now, if it cannot. `resolved` tells how one ended that is not
/// open.
Judgement check_hold(const std::optional<OpenHold>& hold, std::optional<model::FactType> resolved,
                     model::Instant now);

/// The facts of one customer that follow one another in a transaction: each begins where the last one ended.
class FactChain {
  public:
    /// `points` and `held` are what the customer has before the first of them, `previous` the newest fact.
    FactChain(const Moment& moment, model::Subject subject, std::uint8_t tier, model::Points points,
              model::Points held, model::Sequence previous, FactWriter& facts)
        : moment_(moment),
          subject_(subject),
          tier_(tier),
          points_(points),
          held_(held),
          previous_(previous),
          facts_(facts) {}

    /// Adds a fact that changes points and what is held; null on overflow.
    model::Fact* add(model::FactType type, model::Points change, model::Points held_change = {}) {
        const auto points = checked_add(points_, change);
        if (!points) return nullptr;
        points_ = *points;
        held_.value += held_change.value;
        const model::Sequence sequence = facts_.next();
        model::Fact& fact = facts_.add(type, subject_, previous_);
        stamp(fact, moment_, tier_, tier_, points_, held_);
        fact.points = change;
        previous_ = sequence;
        return &fact;
    }

    const Moment& moment() const { return moment_; }
    FactWriter& facts() const { return facts_; }
    model::Subject subject() const { return subject_; }
    model::Points points() const { return points_; }
    model::Points held() const { return held_; }
    model::Sequence previous() const { return previous_; }

  private:
    const Moment& moment_;
    model::Subject subject_;
    std::uint8_t tier_;
    model::Points points_;
    model::Points held_;
    model::Sequence previous_;
    FactWriter& facts_;
};

/// Writes down that a campaign has paid more of its budget, or gets back what it paid (`points` < 0). Once
/// for each campaign of a transaction.
void charge(model::ProgramId program, std::uint16_t number, model::Points points, const Moment& moment,
            const CampaignBudgets& budgets, FactWriter& facts);

/// Tells of which lots a fact at a sequence spent, by their expiry, so that a return can restore them: the
/// difference of the lots before and after it. The customer's newest fact is that fact.
void tell_lots(const Lots& before, const Lots& after, model::Sequence spent, model::Subject subject,
               const model::Fact& fact, FactWriter& facts);

/// Of a transaction that posts to a customer's figures: finds the tier that they lead to, adds what follows
/// from it (a correction of the tier that the period began with, bonuses, a VIP) and fills in the tiers.
/// `before` is the settled record that the transaction's facts, from the writer's `transaction_begin` on,
/// have not been folded into. Nothing of anonymous sales.
/// `sale` is the one that a return takes back, or null; of what is held, `timed_out` is free: its holds are
/// over and not recorded so.
Judgement find_consequences(const Moment& moment, model::Subject subject, const CustomerRecord& before,
                            FactWriter& facts, const SaleEvidence* sale = nullptr,
                            model::Points timed_out = {});

/// Whether a customer has lots once the writer's transaction has been folded into `before`.
bool has_lots(const CustomerRecord& before, model::Subject subject, const FactWriter& facts);

/// Posts a sale, or a return, without looking at what follows from it.
Judgement post_sale(const model::Command& command, const Moment& moment, model::Subject subject,
                    const CustomerRecord& record, FactWriter& facts, const SaleContext& context);
Judgement post_return(const model::Command& command, const Moment& moment, model::Subject subject,
                      const CustomerRecord& record, const SaleEvidence* sale, FactWriter& facts,
                      const ReturnContext& context);

/// What a campaign pays whoever brought the buyer for what is left of a sale, less what it does for what a
/// return leaves of it; ≥ 0 but for conditions that the rest meets again.
model::Money commission_loss(const SaleEvidence& sale, const ReturnTerms& terms, std::uint16_t campaign);

/// Of what came with a sale beside its own points (a tier bonus, a referral) and had expired as it was
/// recorded: what returns, the facts of this one too, have not given back yet.
model::Points expired_beside(const SaleEvidence& sale, const FactWriter& facts);

/// Ends the transaction that posts to a customer's figures: `find_consequences`, and no more.
Judgement end_posting(const Moment& moment, model::Subject subject, const CustomerRecord& before,
                      FactWriter& facts, const SaleEvidence* sale = nullptr);

}  // namespace tim::core
