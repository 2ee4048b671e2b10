#include "engine/core/apply.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "engine/core/invariant.h"
#include "engine/core/plain_sale.h"
#include "engine/core/settle.h"

namespace tim::core {

namespace {

using model::Fact;
using model::FactType;
using model::SubjectKind;

void close_hold(ProgramState& program, CustomerRecord& record, model::CustomerId customer, const Fact& fact) {
    HoldBook& book = program.holds[stripe_of(customer)];
    const model::Sequence id{fact.request.related};
    const auto hold = book.find(customer, id);
    TIM_INVARIANT(hold, "a hold is resolved while it is open");
    record.held.value -= hold->points.value;
    const bool others = book.close(customer, id);
    if (!others) record.flags = static_cast<std::uint8_t>(record.flags & ~kRecordHasHolds);
}

void fold_lots(ProgramState& program, CustomerRecord& record, model::CustomerId customer, const Fact& fact,
               model::Sequence sequence, model::Points free_before) {
    const Rules& rules = program.version_at(fact.at, fact.version);
    const bool any =
        program.lots[stripe_of(customer)].fold(customer, fact, sequence, dates_of(fact, rules), free_before);
    record.flags =
        static_cast<std::uint8_t>(any ? record.flags | kRecordHasLots : record.flags & ~kRecordHasLots);
}

void close_order(ProgramState& program, CustomerRecord& record, model::CustomerId customer,
                 const Fact& fact) {
    if (program.orders[stripe_of(customer)].close(customer, {fact.request.related})) return;
    record.flags = static_cast<std::uint8_t>(record.flags & ~kRecordHasOrders);
}

/// With the lots, the tiers by hand and the pending orders, where there are any.
std::uint32_t digest_of(const ProgramState& program, model::CustomerId customer) {
    const CustomerRecord& record = program.customers.at(customer.value);
    std::uint32_t figures = digest(record);
    if ((record.flags & kRecordHasReferral) != 0)
        figures = static_cast<std::uint32_t>(mix_words(figures, program.referral(customer)->digest()) >> 32);
    if ((record.flags & (kRecordHasLots | kRecordHasOverrides | kRecordHasOrders)) == 0) return figures;
    if (const Lots* const lots = program.lots_of(record, customer))
        figures ^= static_cast<std::uint32_t>(lots->digest() >> 32);
    if (const TierOverrides* const overrides = program.overrides_of(record, customer))
        figures ^= digest(*overrides);
    if (const OpenOrders* const orders = program.orders_of(record, customer))
        figures = static_cast<std::uint32_t>(mix_words(figures, orders->digest) >> 32);
    return figures;
}

/// The flag stays once it is set: whether anything is left is the book's business.
void count_use(ProgramState& program, CustomerRecord& record, model::CustomerId customer, const Fact& fact) {
    if ((fact.flags & model::kFactCounted) == 0) return;
    CampaignUses& uses = program.campaign_uses[stripe_of(customer)];
    const auto campaign = static_cast<std::uint16_t>(fact.party.counterparty);
    if (fact.type == FactType::campaign_applied) {
        uses.add(customer, campaign);
        record.flags |= kRecordHasCampaignUses;
    } else {
        uses.take_back(customer, campaign);
    }
}

std::uint32_t apply_to_campaign(ProgramState& program, const Fact& fact, model::Sequence sequence) {
    CampaignBudget& budget = program.campaign_budgets.of(static_cast<std::uint16_t>(fact.subject.id()));
    TIM_INVARIANT(budget.last == fact.previous, "a fact follows its subject's newest fact");
    const std::int64_t paid = budget.paid.load(std::memory_order_relaxed) + fact.points.value;
    TIM_INVARIANT(paid == fact.points_after.value && paid >= 0, "a fact carries the figures after it");
    budget.paid.store(paid, std::memory_order_relaxed);
    budget.last = sequence;
    return static_cast<std::uint32_t>(XXH3_64bits(&paid, sizeof paid));
}

std::uint32_t apply_to_reward(ProgramState& program, const Fact& fact, model::Sequence sequence) {
    const auto number = static_cast<std::uint16_t>(fact.subject.id());
    RewardCounts& counts = program.reward_counts;
    TIM_INVARIANT(counts.last(number) == fact.previous, "a fact follows its subject's newest fact");
    const std::int64_t given = counts.given(number) + fact.points.value;
    TIM_INVARIANT(given == fact.points_after.value && given >= 0, "a fact carries the figures after it");
    counts.set(number, given, sequence);
    return static_cast<std::uint32_t>(XXH3_64bits(&given, sizeof given));
}

void apply_referral(ProgramState& program, CustomerRecord& record, model::CustomerId customer,
                    const Fact& fact) {
    ReferralBook& book = program.referrals[stripe_of(customer)];
    if (fold_referral(book.at(customer), fact)) {
        record.flags |= kRecordHasReferral;
    } else {
        book.erase(customer);
        record.flags = static_cast<std::uint8_t>(record.flags & ~kRecordHasReferral);
    }
}

/// Whether a fact tells which tier the figures lead to beneath one by hand.
bool carries_found(const Fact& fact) {
    return (fact.type == FactType::period_closed || fact.type == FactType::tiers_recalculated) &&
           fact.tiers.found != 0;
}

void apply_to_overrides(OverrideBook& book, CustomerRecord& record, model::CustomerId customer,
                        const Fact& fact, model::Sequence sequence) {
    const model::Sequence id{static_cast<std::uint64_t>(fact.amount.value)};
    const auto take_found = [&] {
        TIM_INVARIANT(fact.tiers.found != 0, "beneath a tier by hand the figures lead to one");
        book.set_found(customer, static_cast<std::uint8_t>(fact.tiers.found - 1));
    };
    bool others = true;
    switch (fact.type) {
        case FactType::tier_overridden: {
            const bool begun = fact.points.value == model::kNoInstant.value;
            TIM_INVARIANT(fact.month.value < model::kMaxTiers, "a tier by hand is one of the program's");
            book.add(customer, {sequence,
                                begun ? fact.at : model::Instant{fact.points.value},
                                {fact.amount.value},
                                fact.version,
                                static_cast<std::uint8_t>(fact.month.value),
                                begun,
                                {}});
            if (book.of(customer)->in_force()) book.set_found(customer, fact.period_months);
            record.flags |= kRecordHasOverrides;
            break;
        }
        case FactType::override_began:
            book.begin(customer, id);
            take_found();
            break;
        case FactType::override_ended:
            others = book.end(customer, id);
            if (others) take_found();
            break;
        case FactType::tier_found:
            take_found();
            break;
        default:
            book.drop(customer);
            others = false;
    }
    if (!others) record.flags = static_cast<std::uint8_t>(record.flags & ~kRecordHasOverrides);
}

void classify(ProgramState& program, CustomerRecord& record, model::CustomerId customer,
              model::BytesView blob) {
    Classified classified;
    TIM_INVARIANT(blob.size() == sizeof classified, "a classification in the ledger can be read");
    std::memcpy(&classified, blob.data(), sizeof classified);
    program.classifications[stripe_of(customer)].set(customer, classified);
    record.classified = mark_of(classified);
}

void apply_to_customer(ProgramState& program, const Fact& fact, model::Sequence sequence,
                       model::BytesView blob) {
    const model::CustomerId customer{fact.subject.id()};
    if (fact.type == FactType::enrolled)
        program.customers.grow_to(std::max(customer.value, program.customers.count()));
    TIM_INVARIANT(customer.value <= program.customers.count(), "a fact's customer was enrolled");
    CustomerRecord& record = program.customers.at(customer.value);
    TIM_INVARIANT(record.last.get() == fact.previous, "a fact follows its subject's newest fact");
    const model::Points points_before = record.points;
    const model::Points held_before = record.held;

    switch (fact.type) {
        case FactType::enrolled:
            TIM_INVARIANT(!record.exists(), "a customer is enrolled once");
            record.profile = sequence;
            post(record, fact.month, fact.period_months, {}, {});
            break;
        case FactType::hold_opened:
            program.holds[stripe_of(customer)].open(customer, {sequence, fact.points, {fact.amount.value}});
            record.held.value += fact.points.value;
            record.flags |= kRecordHasHolds;
            break;
        case FactType::hold_captured:
            close_hold(program, record, customer, fact);
            record.points.value += fact.points.value;
            break;
        case FactType::hold_released:
        case FactType::hold_expired:
            close_hold(program, record, customer, fact);
            break;
        case FactType::order_placed:
            program.orders[stripe_of(customer)].open(customer,
                                                     {sequence, fact.amount, fact.at, fact.terminal, 0});
            record.flags |= kRecordHasOrders;
            break;
        case FactType::order_updated:
            program.orders[stripe_of(customer)].set_amount(customer, {fact.request.related}, fact.amount);
            break;
        case FactType::order_cancelled:
            close_order(program, record, customer, fact);
            break;
        case FactType::customer_blocked:
            record.flags |= kRecordBlocked;
            break;
        case FactType::customer_unblocked:
            record.flags = static_cast<std::uint8_t>(record.flags & ~kRecordBlocked);
            break;
        case FactType::rekeyed:
            record.profile = sequence;
            break;
        case FactType::erased:
            record.profile = sequence;
            record.flags |= kRecordErased;
            break;
        case FactType::classified:
            classify(program, record, customer, blob);
            break;
        case FactType::campaign_applied:
        case FactType::campaign_reduced:
            count_use(program, record, customer, fact);
            fold_figures(record, fact);
            break;
        case FactType::tier_overridden:
        case FactType::override_began:
        case FactType::override_ended:
        case FactType::tier_found:
        case FactType::overrides_dropped:
            apply_to_overrides(program.overrides[stripe_of(customer)], record, customer, fact, sequence);
            break;
        default:
            if ((record.flags & kRecordHasOverrides) != 0 && carries_found(fact))
                program.overrides[stripe_of(customer)].set_found(
                    customer, static_cast<std::uint8_t>(fact.tiers.found - 1));
            fold_figures(record, fact);
            // Without pending orders a sale is one of a till: not even its name is looked at.
            if ((record.flags & kRecordHasOrders) != 0 && model::completes_order(fact))
                close_order(program, record, customer, fact);
    }
    if (concerns_referral(fact.type)) apply_referral(program, record, customer, fact);
    if (((fact.flags & model::kFactLot) | (record.flags & kRecordHasLots)) != 0)
        fold_lots(program, record, customer, fact, sequence, free_points(points_before, held_before));
    record.tier = fact.tier_after;
    record.version = fact.version;
    record.last = sequence;
    TIM_INVARIANT(
        record.points == fact.points_after && record.held == fact.held_after && record.held.value >= 0,
        "a fact carries the figures after it");
}

std::uint32_t digest_of(const Fact& fact, model::BytesView blob) {
    const std::int64_t figures[2] = {fact.amount.value, fact.points.value};
    const std::uint64_t seed = XXH3_64bits(figures, sizeof figures);
    return static_cast<std::uint32_t>(XXH3_64bits_withSeed(blob.data(), blob.size(), seed));
}

void apply_program(State& state, const Fact& fact, model::Sequence sequence, model::BytesView blob) {
    auto document = state.documents().decode_program(blob);
    TIM_INVARIANT(document, "a program in the ledger can be read");
    ProgramState* program = state.program(fact.subject.program());
    if (program == nullptr) {
        program = &state.add_program(document->id);
        TIM_INVARIANT(program->id() == fact.subject.program(), "programs are numbered without gaps");
    }
    TIM_INVARIANT(program->last == fact.previous, "a fact follows its subject's newest fact");
    auto rules = Rules::compile(std::make_shared<const model::Program>(std::move(*document)), fact.version,
                                fact.at, program->version_count() == 0 ? nullptr : &program->newest());
    TIM_INVARIANT(rules, "a program in the ledger can be compiled");
    program->add_version(std::move(*rules));
    program->last = sequence;
}

void apply_access(State& state, const Fact& fact, model::Sequence sequence, model::BytesView blob) {
    TIM_INVARIANT(state.access_last == fact.previous, "a fact follows its subject's newest fact");
    auto key = state.documents().decode_access_key(blob);
    TIM_INVARIANT(key, "a key of access in the ledger can be read");
    auto& place = state.access_keys[key->id];  // before the key moves: the right side of `=` runs first
    key->number = place != nullptr ? place->number : static_cast<std::uint32_t>(state.access_keys.size());
    place = std::make_shared<const model::AccessKey>(std::move(*key));
    state.access_last = sequence;
}

}  // namespace

std::uint32_t apply(State& state, const Fact& fact, model::Sequence sequence, model::BytesView blob) {
    switch (fact.subject.kind()) {
        case SubjectKind::customer:
        case SubjectKind::anonymous: {
            ProgramState* const program = state.program(fact.subject.program());
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            if (is_plain_sale(fact)) {
                TIM_INVARIANT(fact.subject.id() <= program->customers.count(),
                              "a fact's customer was enrolled");
                CustomerRecord& record = program->customers.at(fact.subject.id());
                if (stands_alone(record)) return apply_plain_sale(*program, record, fact, sequence);
            }
            apply_to_customer(*program, fact, sequence, blob);
            program->advance_latest(fact.at);
            return digest_of(*program, {fact.subject.id()});
        }
        case SubjectKind::campaign: {
            ProgramState* const program = state.program(fact.subject.program());
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            return apply_to_campaign(*program, fact, sequence);
        }
        case SubjectKind::reward: {
            ProgramState* const program = state.program(fact.subject.program());
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            return apply_to_reward(*program, fact, sequence);
        }
        case SubjectKind::wallet: {
            ProgramState* const program = state.program(fact.subject.program());
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            const model::CustomerId vip{fact.subject.id()};
            TIM_INVARIANT(vip.value <= program->customers.count(), "a wallet is a customer's");
            Wallet& wallet = program->wallets[stripe_of(vip)].at(vip);
            fold_wallet(wallet, fact, sequence);
            program->advance_latest(fact.at);
            return static_cast<std::uint32_t>(wallet.digest() >> 32);
        }
        case SubjectKind::care: {
            ProgramState* const program = state.program(fact.subject.program());
            TIM_INVARIANT(program != nullptr, "a fact's program exists");
            const auto texts =
                model::decode_care_texts({reinterpret_cast<const char*>(blob.data()), blob.size()});
            TIM_INVARIANT(texts, "what is said of a task of care can be read");
            program->care[stripe_of({fact.care.customer})].fold(fact, sequence, *texts);
            return digest_of(fact, blob);
        }
        case SubjectKind::receipt:  // these live in the ledger and the index of names alone
        case SubjectKind::code:
        case SubjectKind::order:
        case SubjectKind::voucher:
            return digest_of(fact, blob);
        case SubjectKind::program:
            apply_program(state, fact, sequence, blob);
            return digest_of(fact, blob);
        case SubjectKind::access:
            apply_access(state, fact, sequence, blob);
            return digest_of(fact, blob);
        default:
            TIM_INVARIANT(false, "a fact has a subject of a known kind");
    }
    return 0;
}

void apply_names(State& state, const Fact& fact, model::Sequence sequence) {
    const bool named = fact.name_kind != model::NameKind::none;
    apply_names(state, fact, sequence, named ? state.hashing.name(name_scope(fact.subject), fact.name()) : 0);
}

void apply_names(State& state, const Fact& fact, model::Sequence sequence, std::uint64_t fingerprint) {
    if (fact.name_kind != model::NameKind::none) state.names.insert(fingerprint, sequence);
    switch (fact.type) {
        case FactType::receipt_reduced:
        case FactType::receipt_redeemed:
        case FactType::receipt_claimed:
            state.names.advance(state.hashing.state_of(SubjectKind::receipt, {fact.subject.id()}),
                                fact.previous, sequence);
            break;
        case FactType::order_noted:
            state.names.advance(state.hashing.state_of(SubjectKind::order, {fact.subject.id()}),
                                fact.previous, sequence);
            break;
        case FactType::voucher_noted:  // one that was never moved is found by its code alone
            state.names.advance(state.hashing.state_of(SubjectKind::voucher, {fact.subject.id()}),
                                fact.previous, sequence);
            break;
        case FactType::care_noted:
            state.names.advance(state.hashing.state_of(SubjectKind::care, {fact.subject.id()}), fact.previous,
                                sequence);
            break;
        case FactType::code_used:
            state.names.insert(state.hashing.state_of(SubjectKind::code, {fact.subject.id()}), sequence);
            break;
        case FactType::password_set:  // the newest of those that are found is the one that counts
            state.names.insert(state.hashing.password_of(fact.subject), sequence);
            break;
        case FactType::hold_captured:
        case FactType::hold_released:
        case FactType::hold_expired:
            state.names.insert(state.hashing.state_of(SubjectKind::customer, {fact.request.related}),
                               sequence);
            break;
        default:
            break;
    }
}

static_assert(kMaxCustomers < model::kMaxCustomerId,
              "in the index of keys the greatest id stands for nobody");

void apply_keys(State& state, const Fact& fact, model::BytesView blob,
                const std::function<bool(const model::KeyDigest&)>& is_included) {
    if (!changes_keys(fact.type)) return;
    const auto record = state.documents().decode_enrollment(blob);
    TIM_INVARIANT(record, "an enrolment in the ledger can be read");
    ProgramState* const program = state.program(fact.subject.program());
    TIM_INVARIANT(program != nullptr, "a fact's program exists");
    const model::CustomerId customer{fact.subject.id()};
    for (const model::KeyDigest& digest : record->former) {
        if (!is_included || !is_included(digest)) program->keys.drop(digest, customer);
    }
    for (const model::KeyDigest& digest : record->digests) {
        if (!is_included || !is_included(digest)) program->keys.insert(digest, customer);
    }
    if (fact.type != FactType::enrolled) program->key_changes.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace tim::core
