#include <algorithm>

#include "engine/core/customer_table.h"
#include "engine/core/parties.h"

namespace tim::core {

using model::Fact;
using model::FactType;
using model::Refusal;

Judgement decide_adjust(const model::Command& command, const Moment& moment, model::Subject subject,
                        const CustomerRecord& record, FactWriter& facts) {
    if (command.points.value < 0) {
        const auto unheld = checked_sub(record.points, record.held);
        const model::Points most = std::max(model::Points{}, unheld.value_or(model::Points{}));
        if (command.points.value < -most.value) return refuse(Refusal::insufficient_points, most.value);
    }
    const auto points = checked_add(record.points, command.points);
    const model::Points ranking = command.ranking ? command.points : model::Points{};
    const model::Month month = moment.current->calendar().month_of(moment.at);
    if (!points || !can_post(record, month, moment.current->period_months(), command.amount, ranking))
        return refuse(Refusal::overflow);

    Fact& fact = facts.add(FactType::adjusted, subject, record.last);
    const std::uint8_t before = tier_now(moment, subject, record);
    stamp(fact, moment, before, before, *points, record.held);
    name(fact, command);
    fact.flags = command.ranking ? model::kFactRanking : std::uint8_t{0};
    if (command.points.value > 0) date_points(fact, moment);
    set_month(fact, moment, month);
    fact.amount = command.amount;
    fact.points = command.points;
    return end_posting(moment, subject, record, facts);
}

Judgement check_enrollment(std::size_t keys, std::uint64_t customers) {
    if (keys > model::kMaxKeysPerCustomer) return refuse(Refusal::too_many_keys);
    if (customers >= kMaxCustomers) return refuse(Refusal::too_many_customers);
    return {};
}

void decide_enroll(const model::Command& command, const Moment& moment, model::Subject subject,
                   const ProgramState& program, const Newcoming& newcoming, FactWriter& facts) {
    Parties parties(program, moment, facts);
    WalletParty* const wallet = newcoming.vip.value == 0 ? nullptr : &parties.settle_wallet(newcoming.vip);
    // One whom new rules made a VIP is recorded as one.
    if (wallet != nullptr && !program.customers.at(newcoming.vip.value).is_vip())
        parties.settle(newcoming.vip);
    const model::Sequence first = facts.next();
    Fact& fact = facts.add(FactType::enrolled, subject, {});
    stamp(fact, moment, 0, 0, {}, {});  // everybody begins in the first tier
    set_month(fact, moment, moment.current->calendar().month_of(settled_until(moment)));
    name(fact, command);
    model::Sequence last = first;
    const auto add = [&](FactType type, const model::PartyPart& part) {
        const model::Sequence sequence = facts.next();
        Fact& more = facts.add(type, subject, last);
        stamp(more, moment, 0, 0, {}, {});
        more.party = part;
        last = sequence;
    };
    if (wallet != nullptr) add(FactType::member_assigned, {newcoming.vip.value, 0, 0});
    if (newcoming.has_code) add(FactType::referral_kept, {0, 0, newcoming.code.value});
    if (!command.enrollment->classes.empty()) add(FactType::classified, {});
    if (wallet != nullptr) {
        const model::Month month = moment.current->calendar().month_of(moment.at);
        parties.add(*wallet, FactType::member_joined, {}, {}, {}).party = {subject.id(), 0, month.value};
    }
    facts.end_transaction();
}

}  // namespace tim::core
