#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/apply.h"
#include "engine/runtime/care_fold.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/order_fold.h"
#include "engine/runtime/receipt_fold.h"
#include "engine/runtime/voucher_fold.h"

namespace tim::runtime {

namespace {

using model::Fact;
using model::SubjectKind;
using storage::Batch;

/// Digest of all that a customer's record, open holds, lots, uses of campaigns, tiers by hand and pending
/// orders say.
std::uint64_t full_digest(const core::ProgramState& program, std::uint64_t id) {
    const core::CustomerRecord& record = program.customers.at(id);
    std::uint64_t digest = XXH3_64bits(&record, sizeof record);
    if ((record.flags & core::kRecordHasLots) != 0) {
        const std::uint64_t lots = program.lots[core::stripe_of({id})].of({id})->digest();
        digest = XXH3_64bits_withSeed(&lots, sizeof lots, digest);
    }
    if (const core::Wallet* const wallet = program.wallet({id})) {
        const std::uint64_t words[2] = {wallet->digest(), wallet->last.value};
        digest = XXH3_64bits_withSeed(words, sizeof words, digest);
    }
    if ((record.flags & core::kRecordHasReferral) != 0) {
        const std::uint64_t word = program.referral({id})->digest();
        digest = XXH3_64bits_withSeed(&word, sizeof word, digest);
    }
    if ((record.flags & core::kRecordHasHolds) != 0) {
        for (const core::OpenHold& hold : *program.holds[core::stripe_of({id})].of({id}))
            digest = XXH3_64bits_withSeed(&hold, sizeof hold, digest);
    }
    if ((record.flags & core::kRecordHasCampaignUses) != 0) {
        program.campaign_uses[core::stripe_of({id})].visit(
            {id}, program.campaign_count(), [&](std::uint16_t campaign, std::uint32_t uses) {
                digest = XXH3_64bits_withSeed(&uses, sizeof uses, digest ^ campaign);
            });
    }
    if (const core::TierOverrides* const overrides = program.overrides_of(record, {id})) {
        for (const core::TierOverride& given : overrides->list)
            digest = XXH3_64bits_withSeed(&given, sizeof given, digest);
        digest = XXH3_64bits_withSeed(&overrides->found, sizeof overrides->found, digest);
    }
    if (const core::OpenOrders* const orders = program.orders_of(record, {id})) {
        for (const core::OpenOrder& order : orders->list)
            digest = XXH3_64bits_withSeed(&order, sizeof order, digest);
    }
    if (record.is_classified()) {
        const core::Classified& classified = program.classified_of({id});
        digest = XXH3_64bits_withSeed(&classified, sizeof classified, digest);
    }
    return digest;
}

/// What the live state of one program was when it was looked at, block by block.
struct LiveProgram {
    std::vector<std::uint64_t> digests;    ///< by id; the ids that were given out then
    std::vector<model::Sequence> through;  ///< by block: the newest fact that its records include
    std::vector<std::uint8_t> keys;        ///< by id: entries of the index of keys that lead there
};

std::string subject_name(const core::ProgramState& program, std::uint64_t id) {
    return id == 0 ? fmt::format("program {}, anonymous sales", program.name())
                   : fmt::format("program {}, customer id:{}", program.name(), id);
}

/// Names the figures in which two records differ.
std::string describe_difference(const core::CustomerRecord& live, const core::CustomerRecord& folded) {
    std::string text;
    const auto compare = [&text](const char* figure, auto a, auto b) {
        if (a != b) text += fmt::format(" {} is {}, the ledger says {};", figure, a, b);
    };
    compare("last fact", live.last.get().value, folded.last.get().value);
    compare("points", live.points.value, folded.points.value);
    compare("held", live.held.value, folded.held.value);
    compare("ranking points", live.ranking_points.value, folded.ranking_points.value);
    compare("lifetime spend", live.lifetime_spend.value, folded.lifetime_spend.value);
    compare("month spend", live.month_spend().value, folded.month_spend().value);
    compare("closed month's spend", live.closed_month_spend().value, folded.closed_month_spend().value);
    compare("period spend", live.period_spend().value, folded.period_spend().value);
    compare("closed period's spend", live.closed_period_spend().value, folded.closed_period_spend().value);
    compare("period ranking points", live.period_ranking().value, folded.period_ranking().value);
    compare("tier", live.tier, folded.tier);
    compare("opening tier", live.opening_tier, folded.opening_tier);
    compare("class and VIP", live.network, folded.network);
    compare("orders", live.orders, folded.orders);
    compare("first order", live.first_order_at.get().value, folded.first_order_at.get().value);
    compare("last order", live.last_order_at.get().value, folded.last_order_at.get().value);
    return text.empty()
               ? " the records, open holds, lots, uses of campaigns, tiers by hand, pending orders or "
                 "classifications differ;"
               : text;
}

class Report {
  public:
    void add(std::string difference) {
        ++report_.difference_count;
        if (report_.differences.size() < kMaxDifferences)
            report_.differences.push_back(std::move(difference));
    }
    VerifyReport& get() { return report_; }

  private:
    VerifyReport report_;
};

}  // namespace

Result<VerifyReport> EngineImpl::verify(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    const auto stopped = [this] { return options_.stop_queries.stop_requested(); };
    const auto ended_early = [] {
        return model::failure(model::ErrorKind::unavailable,
                              "the server is stopping; nothing was found out, verify again later");
    };
    // The live state, block by block under its stripe: nobody waits for longer than one block's digests take.
    std::vector<LiveProgram> live(state_.program_count());
    model::Sequence newest{};
    for (std::size_t i = 0; i < live.size(); ++i) {
        const core::ProgramState& program = *state_.program({static_cast<std::uint16_t>(i + 1)});
        const std::uint64_t count = program.customers.count();
        for (std::uint64_t first = 0; first <= count; first += core::kRecordsPerBlock) {
            if (stopped()) return ended_early();
            const StripeLocks::Guard stripe(stripes_, stripe_bit({first}));
            model::Sequence through{};
            for (std::uint64_t id = first; id <= std::min(first + core::kRecordsPerBlock - 1, count); ++id) {
                live[i].digests.push_back(full_digest(program, id));
                through = std::max(through, program.customers.at(id).last.get());
                if (const core::Wallet* const wallet = program.wallet({id}))
                    through = std::max(through, wallet->last);
            }
            live[i].through.push_back(through);
            newest = std::max(newest, through);
        }
    }
    Report report;
    for (std::size_t i = 0; i < live.size(); ++i) {
        if (stopped()) return ended_early();
        const core::ProgramState& program = *state_.program({static_cast<std::uint16_t>(i + 1)});
        for (std::string& difference : count_keys(program, live[i].digests.size(), live[i].keys))
            report.add(std::move(difference));
    }
    newest = std::max(newest, model::Sequence{executed_.load(std::memory_order_acquire)});
    if (!wait_durable(newest)) return model::failure(model::ErrorKind::io, "a commit failed");

    // The ledger, folded again from nothing, each block up to where its live one stood.
    core::State folded(documents_, hash_seed(store_.vault().engine_secret()), 0);
    ReceiptFold receipts([&](model::Sequence sequence) -> Result<ReceiptFold::Sale> {
        const auto stored = store_.ledger().fact_at(sequence);
        if (!stored) return tl::unexpected(stored.error());
        const Fact& sale = stored->fact;
        const core::ProgramState* const program = folded.program(sale.subject.program());
        const bool known =
            program != nullptr && sale.version.value != 0 && sale.version.value <= program->version_count();
        ReceiptFold::Sale found{sale, known ? &program->version_at(sale.at, sale.version) : nullptr,
                                known ? &program->version(sale.version) : nullptr};
        if (sale.type != model::FactType::sale || sale.count == 1) return found;
        const auto second = store_.ledger().fact_at({sequence.value + 1});
        if (!second) return tl::unexpected(second.error());
        if (second->fact.type != model::FactType::sale_lines) return found;
        auto lines = documents_.decode_sale_lines(second->blob);
        if (!lines) return tl::unexpected(lines.error());
        found.lines = std::move(*lines);
        return found;
    });
    OrderFold orders;
    VoucherFold vouchers;
    CareFold care;
    const auto fold = [&](const Fact& fact, model::Sequence sequence, model::BytesView blob) {
        const SubjectKind kind = fact.subject.kind();
        if (kind == SubjectKind::customer || kind == SubjectKind::anonymous || kind == SubjectKind::wallet) {
            const std::size_t number = fact.subject.program().value;
            if (number > live.size()) return;
            const std::size_t block = fact.subject.id() / core::kRecordsPerBlock;
            if (block >= live[number - 1].through.size() || sequence > live[number - 1].through[block])
                return;
        }
        if (core::apply(folded, fact, sequence, blob) != fact.check) {
            report.add(
                fmt::format("fact {}: its check does not follow from the facts before it", sequence.value));
        }
    };
    auto scanned = newest.value == 0 ? Result<void>() : store_.ledger().scan({1}, [&](const Batch& batch) {
        for (std::size_t i = 0; i < batch.facts.size(); ++i) {
            const Fact& fact = batch.facts[i];
            const model::Sequence sequence{batch.first.value + i};
            if (sequence > newest || stopped()) return false;
            const bool has_blob = (fact.flags & model::kFactHasBlob) != 0;
            const model::BytesView blob =
                has_blob ? batch.blobs.subspan(fact.blob().offset, fact.blob().length) : model::BytesView();
            fold(fact, sequence, blob);
            std::optional<model::LinesLeft> left;
            if (fact.type == model::FactType::receipt_reduced && has_blob) {
                if (auto read = documents_.decode_lines_left(blob))
                    left = std::move(*read);
                else
                    report.add(fmt::format("fact {}: {}", sequence.value, read.error().message));
            }
            if (auto difference = receipts.add(fact, sequence, left)) report.add(std::move(*difference));
            if (auto difference = orders.add(fact, sequence)) report.add(std::move(*difference));
            if (auto difference = vouchers.add(fact, sequence)) report.add(std::move(*difference));
            if (auto difference = care.add(fact, sequence)) report.add(std::move(*difference));
            if (core::changes_keys(fact.type) && says_who(fact, sequence)) {
                const std::size_t number = fact.subject.program().value;
                const bool counted =
                    number <= live.size() && fact.subject.id() < live[number - 1].keys.size();
                const std::size_t entries = counted ? live[number - 1].keys[fact.subject.id()] : 0;
                for (std::string& difference : check_keys(fact, blob, entries))
                    report.add(std::move(difference));
            }
        }
        for (std::string& difference : check_names(batch, newest))
            report.add(std::move(difference));
        if (progress) progress(std::min(batch.last(), newest).value, newest.value);
        return batch.last() < newest;
    });
    if (!scanned) return tl::unexpected(scanned.error());
    if (stopped()) return ended_early();

    for (std::size_t i = 0; i < live.size(); ++i) {
        const core::ProgramState& program = *state_.program({static_cast<std::uint16_t>(i + 1)});
        const core::ProgramState& other = *folded.program(program.id());
        for (std::uint64_t id = 0; id < live[i].digests.size(); ++id) {
            if (id % core::kRecordsPerBlock == 0 && stopped()) return ended_early();
            static const core::CustomerRecord kNobody;
            const bool there = id <= other.customers.count();
            if (there && full_digest(other, id) == live[i].digests[id]) continue;
            const StripeLocks::Guard stripe(stripes_, stripe_bit({id}));
            std::string wallets;
            if (const core::Wallet* const wallet = program.wallet({id})) {
                const core::Wallet* const folded_one = there ? other.wallet({id}) : nullptr;
                if (folded_one == nullptr || folded_one->digest() != wallet->digest())
                    wallets = " the wallets differ;";
            }
            report.add(
                subject_name(program, id) + ":" +
                describe_difference(program.customers.at(id), there ? other.customers.at(id) : kNobody) +
                wallets);
        }
        for (std::string& difference : check_budgets(program, other, newest))
            report.add(std::move(difference));
        for (std::string& difference : check_rewards(program, other, newest))
            report.add(std::move(difference));
        for (std::string& difference : check_care(program, other, newest))
            report.add(std::move(difference));
        report.get().customers += live[i].digests.size() - 1;
    }
    receipts.visit([&](model::Sequence sale, model::Sequence reduced) {
        if (stopped() || leads_to(state_.hashing.state_of(SubjectKind::receipt, sale), reduced)) return;
        report.add(fmt::format("fact {}: what has come back of the sale at {} is not found", reduced.value,
                               sale.value));
    });
    orders.visit([&](model::Sequence order, model::Sequence note) {
        if (stopped() || leads_to(state_.hashing.state_of(SubjectKind::order, order), note)) return;
        report.add(fmt::format("fact {}: where the order placed at {} stands is not found", note.value,
                               order.value));
    });
    vouchers.visit([&](model::Sequence voucher, model::Sequence note) {
        if (stopped() || leads_to(state_.hashing.state_of(SubjectKind::voucher, voucher), note)) return;
        report.add(fmt::format("fact {}: where the voucher issued at {} stands is not found", note.value,
                               voucher.value));
    });
    care.visit([&](model::Sequence task, model::Sequence note) {
        if (stopped() || leads_to(state_.hashing.state_of(SubjectKind::care, task), note)) return;
        report.add(fmt::format("fact {}: where the task of care planned at {} stands is not found",
                               note.value, task.value));
    });
    if (stopped()) return ended_early();
    report.get().facts = newest.value;
    return std::move(report.get());
}

std::vector<std::string> EngineImpl::check_budgets(const core::ProgramState& live,
                                                   const core::ProgramState& folded,
                                                   model::Sequence through) const {
    std::vector<std::string> differences;
    const storage::MutexLock lock(sequencer_);
    for (std::uint16_t number = 1; number <= live.campaign_count(); ++number) {
        const core::CampaignBudget& budget = live.campaign_budgets.of(number);
        const core::CampaignBudget& other = folded.campaign_budgets.of(number);
        if (budget.last > through) continue;  // has moved on since
        if (budget.last == other.last && budget.paid.load() == other.paid.load()) continue;
        differences.push_back(fmt::format("program {}, campaign {}: {} points are paid, the ledger says {}",
                                          live.name(), number, budget.paid.load(), other.paid.load()));
    }
    return differences;
}

std::vector<std::string> EngineImpl::check_rewards(const core::ProgramState& live,
                                                   const core::ProgramState& folded,
                                                   model::Sequence through) const {
    std::vector<std::string> differences;
    const storage::MutexLock lock(sequencer_);
    for (std::uint16_t number = 1; number <= live.reward_count(); ++number) {
        const model::Sequence last = live.reward_counts.last(number);
        if (last > through) continue;  // has moved on since
        const std::int64_t given = live.reward_counts.given(number);
        const std::int64_t other = folded.reward_counts.given(number);
        if (last == folded.reward_counts.last(number) && given == other) continue;
        differences.push_back(fmt::format("program {}, reward {}: {} are given out, the ledger says {}",
                                          live.name(), number, given, other));
    }
    return differences;
}

std::vector<std::string> EngineImpl::check_care(const core::ProgramState& live,
                                                const core::ProgramState& folded,
                                                model::Sequence through) const {
    std::vector<std::string> differences;
    for (std::size_t stripe = 0; stripe < core::kStripes; ++stripe) {
        const StripeLocks::Guard guard(stripes_, StripeMask{1} << stripe);
        const core::CareBook& book = live.care[stripe];
        const core::CareBook& other = folded.care[stripe];
        if (book.last() > through) continue;  // has moved on since
        if (book.last() == other.last() && book.digest() == other.digest()) continue;
        differences.push_back(
            fmt::format("program {}, stripe {}: the care calendar is not the ledger's: {} "
                        "tasks are open, the ledger says {}",
                        live.name(), stripe, book.calendar().size(), other.calendar().size()));
    }
    return differences;
}

std::vector<std::string> EngineImpl::check_names(const Batch& batch, model::Sequence newest) const {
    std::vector<std::string> differences;
    constexpr std::size_t kAtOnce = 256;
    for (std::size_t begin = 0; begin < batch.facts.size(); begin += kAtOnce) {
        const storage::MutexLock lock(sequencer_);
        for (std::size_t i = begin; i < std::min(begin + kAtOnce, batch.facts.size()); ++i) {
            const Fact& fact = batch.facts[i];
            const std::uint64_t sequence = batch.first.value + i;
            if (fact.name_kind == model::NameKind::none || sequence > newest.value) continue;
            const auto found =
                state_.names.find(state_.hashing.name(core::name_scope(fact.subject), fact.name()));
            const bool in_memory =
                std::any_of(found.sequences, found.sequences + found.count,
                            [&](model::Sequence candidate) { return candidate.value == sequence; });
            if (in_memory || found.maybe_on_disk) continue;
            differences.push_back(
                fmt::format("fact {}: its name {} is not found", sequence, model::format_name(fact.name())));
        }
    }
    return differences;
}

bool EngineImpl::leads_to(std::uint64_t fingerprint, model::Sequence sequence) const {
    const core::NameCandidates found = candidates(fingerprint);
    const auto reached = [sequence](model::Sequence candidate) { return candidate >= sequence; };
    if (std::any_of(found.sequences, found.sequences + found.count, reached)) return true;
    if (!found.maybe_on_disk) return false;
    const auto on_disk = store_.names().find(fingerprint);
    return on_disk && std::any_of(on_disk->begin(), on_disk->end(), reached);
}

std::vector<std::string> EngineImpl::count_keys(const core::ProgramState& program, std::size_t ids,
                                                std::vector<std::uint8_t>& counts) const {
    std::vector<std::string> differences;
    counts.assign(ids, 0);
    for (std::size_t part = 0; part < core::KeyIndex::Table::kParts; ++part) {
        const storage::ReaderLock lock(keys_);
        program.keys.table().visit_part(part, [&](const core::DigestEntry& entry) {
            if (core::KeyIndex::is_given_up(entry)) return;
            const std::uint64_t holder = core::KeyIndex::holder_of(entry);
            if (holder == 0 || holder > program.customers.count())
                differences.push_back(
                    fmt::format("program {}: a key leads to id:{}, who is nobody", program.name(), holder));
            else if (holder < ids && counts[holder] < UINT8_MAX)
                ++counts[holder];
        });
    }
    return differences;
}

bool EngineImpl::says_who(const Fact& fact, model::Sequence sequence) const {
    const core::ProgramState* const program = state_.program(fact.subject.program());
    if (program == nullptr || fact.subject.id() > program->customers.count()) return true;
    const StripeLocks::Guard stripe(stripes_, stripe_bit({fact.subject.id()}));
    return program->customers.at(fact.subject.id()).profile.get() == sequence;
}

std::vector<std::string> EngineImpl::check_keys(const Fact& fact, model::BytesView blob,
                                                std::size_t entries) const {
    std::vector<std::string> differences;
    const auto record = documents_.decode_enrollment(blob);
    const core::ProgramState* const program = state_.program(fact.subject.program());
    if (!record || program == nullptr)
        return {fmt::format("customer id:{}: the enrolment cannot be read", fact.subject.id())};
    if (fact.type == model::FactType::erased &&
        store_.vault().get(fact.subject.program(), {fact.subject.id()}).has_value())
        differences.push_back(fmt::format("{}: was erased, and the key of what is sealed is still there",
                                          subject_name(*program, fact.subject.id())));
    const storage::ReaderLock lock(keys_);
    for (const model::KeyDigest& digest : record->digests) {
        const model::CustomerId holder = program->keys.find(digest);
        if (holder.value == fact.subject.id()) continue;
        differences.push_back(
            fmt::format("{}: a key leads to id:{}", subject_name(*program, fact.subject.id()), holder.value));
    }
    if (entries > record->digests.size()) {
        differences.push_back(fmt::format("{}: {} keys lead there, the ledger says {}",
                                          subject_name(*program, fact.subject.id()), entries,
                                          record->digests.size()));
    }
    return differences;
}

}  // namespace tim::runtime
