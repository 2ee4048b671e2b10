#pragma once

// What the explanations of facts share, whichever kind of fact they are about.

#include <fmt/format.h>

#include <string>
#include <vector>

#include "engine/runtime/engine_impl.h"
#include "engine/runtime/explain.h"

namespace tim::runtime {

using Lines = std::vector<ExplainedLine>;

inline std::string signed_number(std::int64_t value) {
    return value > 0 ? fmt::format("+{}", value) : fmt::format("{}", value);
}

/// One fact with all that its explanation may need.
class Told {
  public:
    Told(const core::ProgramState& program, const Transaction& transaction, std::size_t place)
        : program_(program), transaction_(transaction), place_(place) {}

    const model::Fact& fact() const { return transaction_.facts[place_].fact; }
    const model::Fact* next() const {
        return place_ + 1 < transaction_.facts.size() ? &transaction_.facts[place_ + 1].fact : nullptr;
    }
    const Transaction& transaction() const { return transaction_; }
    const core::Rules& judged() const { return program_.version(fact().version); }
    const core::Rules& pricing() const { return program_.version_at(fact().at, fact().version); }
    const core::Rules& version_at(model::Instant at, model::VersionId known) const {
        return program_.version_at(at, known);
    }
    /// The tier that priced a sale, by its name of then.
    std::string tier_of(const storage::StoredFact& sale) const {
        const model::Tier& tier = program_.version(sale.fact.version).program().tiers[sale.fact.tier_before];
        return tier.name.empty() ? tier.id : tier.name;
    }
    const model::Program& document() const { return judged().program(); }

    std::string money(model::Money amount) const {
        return fmt::format("{} {}", model::format_money(amount, document().currency),
                           document().currency.code);
    }
    std::string points(model::Points points) const {
        return fmt::format("{} {}", points.value, document().points.unit);
    }
    std::string tier(std::uint8_t index) const {
        const model::Tier& tier = document().tiers[index];
        return tier.name.empty() ? tier.id : tier.name;
    }
    std::string tier_move() const {
        if (fact().tier_before == fact().tier_after) return {};
        return fmt::format(" Tier {} → {}.", tier(fact().tier_before), tier(fact().tier_after));
    }
    /// The id of the campaign that the fact is about.
    std::string campaign() const {
        const bool own = fact().subject.kind() == model::SubjectKind::campaign;
        return program_.campaign_id(own ? fact().subject.id() : fact().party.counterparty);
    }
    /// The id of a campaign by its number.
    std::string campaign_of(std::uint64_t number) const { return program_.campaign_id(number); }
    /// The id of a reward by its number.
    std::string reward(std::uint64_t number) const { return program_.reward_id(number); }
    /// What the fact says in words, or in bytes; facts of orders and of classes alone are read with it.
    std::string text() const {
        const model::Bytes& blob = transaction_.facts[place_].blob;
        return {reinterpret_cast<const char*>(blob.data()), blob.size()};
    }
    std::string at() const { return document_calendar().format(fact().at); }
    std::string instant(std::int64_t ms) const { return document_calendar().format({ms}); }

    ExplainedLine line() const {
        ExplainedLine line;
        line.stored.sequence = transaction_.facts[place_].sequence;
        line.stored.fact = fact();
        line.name = transaction_.name;
        return line;
    }
    /// The line that carries all that the fact changed.
    ExplainedLine whole_line(std::string sentence) const {
        ExplainedLine line = this->line();
        line.amount = fact().amount;
        line.points = fact().points;
        if ((fact().flags & model::kFactRanking) != 0) line.ranking = fact().points;
        line.sentence = std::move(sentence) + tier_move();
        return line;
    }
    /// A line of a fact that moves no figures.
    ExplainedLine bare_line(std::string sentence) const {
        ExplainedLine line = this->line();
        line.sentence = std::move(sentence) + tier_move();
        return line;
    }

  private:
    const model::Calendar& document_calendar() const { return judged().calendar(); }

    const core::ProgramState& program_;
    const Transaction& transaction_;
    std::size_t place_;
};

/// The line of a figure that one of a sale's parties got; `rule` where it follows from one.
void tell_party(const Told& told, Lines& lines, const char* rule, std::string arithmetic,
                std::string sentence);

// Of goods, and what is left of a sale (explain_lines.cpp).
void explain_sale_lines(const Told& told, Lines& lines);
void explain_receipt_reduced(const Told& told, Lines& lines);
void explain_expiry_undone(const Told& told, Lines& lines);

// Of the other parties of a sale, the network, and tiers by hand (explain_parties.cpp).
void explain_upline(const Told& told, Lines& lines);
void explain_commission(const Told& told, Lines& lines);
void explain_referral(const Told& told, Lines& lines);
void explain_network(const Told& told, Lines& lines);
void explain_by_hand(const Told& told, Lines& lines);

// Of customer relations (classify.cpp).
void explain_classified(const Told& told, Lines& lines);
// Of the care calendar (care.cpp).
void explain_care(const Told& told, Lines& lines);
// Of rewards and vouchers (explain_rewards.cpp).
void explain_reward(const Told& told, Lines& lines);

// Of who customers are (people.cpp).
void explain_person(const Told& told, Lines& lines);

// Of web orders (explain_orders.cpp).
void explain_order(const Told& told, Lines& lines);

}  // namespace tim::runtime
