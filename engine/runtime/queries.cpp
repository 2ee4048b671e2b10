#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "engine/core/apply.h"
#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/limits.h"
#include "engine/runtime/profile.h"

namespace tim::runtime {

using model::CustomerId;
using model::ErrorKind;
using model::failure;
using model::ProgramId;
using model::Sequence;
using storage::StoredFact;

namespace {

tl::unexpected<model::Error> ended_early() {
    return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
}

}  // namespace

std::optional<ProgramId> EngineImpl::find_program(std::string_view id) const {
    const core::ProgramState* const program = state_.find_program(id);
    return program == nullptr ? std::nullopt : std::optional(program->id());
}

std::shared_ptr<const model::AccessKey> EngineImpl::find_access_key(std::string_view id) const {
    const storage::MutexLock lock(access_);
    const auto found = state_.access_keys.find(id);
    return found == state_.access_keys.end() ? nullptr : found->second;
}

std::vector<model::AccessKey> EngineImpl::access_keys() const {
    const storage::MutexLock lock(access_);
    std::vector<model::AccessKey> keys;
    for (const auto& [id, key] : state_.access_keys)
        keys.push_back(*key);
    return keys;
}

Result<ProgramVersion> EngineImpl::program(ProgramId id, model::VersionId version) const {
    const core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    const std::uint16_t count = program->version_count();
    if (version.value == 0) version.value = count;
    if (version.value > count) {
        return failure(ErrorKind::not_found, fmt::format("program {} has {} versions, not {}",
                                                         program->name(), count, version.value));
    }
    const core::Rules& rules = program->version(version);
    return ProgramVersion{rules.shared_program(),    id, version, count, rules.effective(),
                          program->customers.count()};
}

std::vector<ProgramVersion> EngineImpl::programs() const {
    std::vector<ProgramVersion> all;
    for (std::uint16_t number = 1; number <= state_.program_count(); ++number)
        all.push_back(*program({number}, {}));
    return all;
}

Result<CustomerId> EngineImpl::resolve_customer(const core::ProgramState& program,
                                                const model::CustomerRef& customer) const {
    if (customer.kind == model::KeyKind::id) {
        if (customer.id.value >= 1 && customer.id.value <= program.customers.count()) return customer.id;
    } else {
        const auto key = model::normalize_key(customer.kind, customer.text);
        if (!key) return tl::unexpected(key.error());
        const storage::ReaderLock lock(keys_);
        const CustomerId found = program.keys.find(state_.hashing.key(key->kind, key->text));
        if (found.value != 0 && found.value <= program.customers.count()) return found;
    }
    if (customer.kind == model::KeyKind::id)
        return failure(ErrorKind::not_found, fmt::format("no customer has the id {}", customer.id.value));
    return failure(ErrorKind::not_found, "no customer has that key");
}

core::PointsDraft EngineImpl::settled_now(core::ProgramState& program, CustomerId customer,
                                          const core::Rules*& rules) const {
    const model::Instant now = now_of(program, clock_.now());
    rules = &program.version_at(now);
    const StripeLocks::Guard stripe(stripes_, stripe_bit(customer));
    return settled_customer(program, customer, now, *rules);
}

CustomerView EngineImpl::view_of(core::ProgramState& program, CustomerId customer, Sequence& profile,
                                 Sequence& last) {
    const core::Rules* rules = nullptr;
    const core::PointsDraft settled = settled_now(program, customer, rules);
    profile = settled.record.profile;
    last = settled.record.last;
    CustomerView view = figures_of(customer, settled, *rules);
    if (settled.record.is_classified()) {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(customer));
        put_classes(view, program, customer, settled.record, *rules);
    } else {
        view.classes.status = rules->classes().status(settled.record, {});
    }
    if ((settled.record.flags & core::kRecordHasOrders) != 0) {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(customer));
        put_orders(view, program, customer, settled.record, *rules, now_of(program, clock_.now()));
    }
    if (!program.has_parties()) return view;
    const StripeLocks::Guard stripe(stripes_, stripe_bit(customer));
    if (const core::Wallet* const wallet = program.wallet(customer)) {
        last = std::max(last, wallet->last);
        put_wallet(view, core::settled_wallet(program, *wallet, now_of(program, clock_.now())));
    }
    return view;
}

Result<void> EngineImpl::add_profile(const core::ProgramState& program, Sequence profile,
                                     CustomerView& view) const {
    const StoredFact stored = fact_at(profile);
    view.enrolled_at = enrolled_at(stored.fact);
    auto profile_of = open_profile(store_.vault(), documents_, program.id(), view.id, stored.blob);
    if (!profile_of) return tl::unexpected(profile_of.error());
    view.keys = std::move(profile_of->keys);
    view.name = std::move(profile_of->name);
    return {};
}

Result<CustomerView> EngineImpl::show(ProgramId id, const model::CustomerRef& customer) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    Sequence profile;
    Sequence last;
    CustomerView view = view_of(*program, *found, profile, last);
    if (!wait_durable(last)) return failure(ErrorKind::io, "a commit failed");
    if (auto added = add_profile(*program, profile, view); !added) return tl::unexpected(added.error());
    return view;
}

Result<std::vector<CustomerView>> EngineImpl::customers(ProgramId id, CustomerId after, std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    std::vector<CustomerView> page;
    std::vector<Sequence> profiles;
    Sequence newest{};
    const std::uint64_t count = program->customers.count();
    for (std::uint64_t customer = after.value + 1; customer <= count && page.size() < limit; ++customer) {
        Sequence last;
        page.push_back(view_of(*program, {customer}, profiles.emplace_back(), last));
        newest = std::max(newest, last);
    }
    if (!wait_durable(newest)) return failure(ErrorKind::io, "a commit failed");
    for (std::size_t i = 0; i < page.size(); ++i) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        if (auto added = add_profile(*program, profiles[i], page[i]); !added)
            return tl::unexpected(added.error());
    }
    return page;
}

HistoryEntry EngineImpl::history_entry(StoredFact stored) const {
    HistoryEntry entry;
    const model::FactType type = stored.fact.type;
    if (type == model::FactType::adjusted || type == model::FactType::tier_overridden ||
        type == model::FactType::overrides_dropped || type == model::FactType::customer_blocked ||
        type == model::FactType::customer_unblocked) {
        entry.reason.assign(reinterpret_cast<const char*>(stored.blob.data()), stored.blob.size());
    }
    if (type == model::FactType::erased) entry.reason = profile_record(stored).reason;
    if (type == model::FactType::rekeyed || type == model::FactType::erased)
        stored.fact.amount = {};  // there stands an instant
    if (type == model::FactType::classified) {
        const core::ProgramState& program = *state_.program(stored.fact.subject.program());
        entry.reason = say_classes(program.version(stored.fact.version), stored.blob);
    }
    if (type == model::FactType::sale_lines) {
        const core::ProgramState& program = *state_.program(stored.fact.subject.program());
        const model::Currency& currency = program.version(stored.fact.version).program().currency;
        const std::vector<model::SaleLine> lines = lines_of({{stored.sequence, stored.fact, stored.blob}});
        std::vector<std::uint32_t> quantities;
        for (const model::SaleLine& line : lines)
            quantities.push_back(line.quantity);
        entry.reason = model::describe_lines(lines, quantities, currency, kMaxToldLinesBytes);
    }
    if ((stored.fact.flags & model::kFactWithOriginal) != 0) {
        const StoredFact reduced = fact_at({stored.sequence.value + 1});
        entry.original = model::format_name(receipt_of(fact_at({reduced.fact.subject.id()}).fact));
    }
    if (stored.fact.type == model::FactType::order_undone) {
        entry.original = model::format_name(receipt_of(fact_at({stored.fact.request.related}).fact));
        stored.fact.amount = {};  // there stand instants that `apply` needs, no figures
        stored.fact.points = {};
    }
    if (model::is_of_order(stored.fact)) {
        // Where the order stood then, in the same transaction.
        const Sequence first{stored.sequence.value - stored.fact.position};
        for (const core::RecordedFact& part : transaction_at(first)) {
            if (part.fact.type != model::FactType::order_noted) continue;
            const auto texts = model::decode_order_texts(
                {reinterpret_cast<const char*>(part.blob.data()), part.blob.size()});
            if (texts) entry.reason = model::say_order_texts(*texts);
        }
    }
    if (model::goes_by_receipt(stored.fact))
        entry.original = model::format_name(fact_at({stored.fact.request.related}).fact.name());
    if (stored.fact.type >= model::FactType::extra_refused) {
        const Sequence related = model::counterpart_of(stored.fact).related;
        if (related.value != 0 && related != stored.sequence) {
            const model::Name name = receipt_of(fact_at(related).fact);
            if (name.kind == model::NameKind::receipt) entry.original = model::format_name(name);
        }
    }
    if (type >= model::FactType::reward_redeemed && type <= model::FactType::reward_counted) {
        // Which voucher: its reward and its code.
        model::Effect effect;
        core::RecordedFact part{stored.sequence, stored.fact, {}};
        if (type == model::FactType::reward_redeemed || type == model::FactType::voucher_granted)
            ++part.sequence.value;
        else if (model::moves_voucher(type))
            part.sequence = {stored.fact.request.related};
        part.fact = fact_at(part.sequence).fact;
        tell_voucher(part, effect);
        entry.reason = fmt::format("{}, code {}", effect.reward, effect.code);
    }
    if (type == model::FactType::tier_overridden) stored.fact.points = {};
    entry.stored = std::move(stored);
    if (model::is_of_care(type)) tell_care(entry);
    return entry;
}

Result<std::vector<HistoryEntry>> EngineImpl::history(ProgramId id, const model::CustomerRef& customer,
                                                      Sequence before, std::size_t limit) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    Sequence next;
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(*found));
        next = program->customers.at(found->value).last;
    }
    return walk(model::Subject::customer(id, *found), next, before, limit);
}

Result<std::vector<HistoryEntry>> EngineImpl::walk(model::Subject subject, Sequence newest, Sequence before,
                                                   std::size_t limit) {
    Sequence next = newest;
    if (!wait_durable(next)) return failure(ErrorKind::io, "a commit failed");
    if (before.value != 0 && before <= next) {
        // A page goes on where the last one ended: its last fact names the one before.
        const StoredFact cursor = fact_at(before);
        if (cursor.fact.subject == subject) next = cursor.fact.previous;
    }
    std::vector<HistoryEntry> entries;
    while (next.value != 0 && entries.size() < limit) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        StoredFact stored = fact_at(next);
        const Sequence previous = stored.fact.previous;
        if (before.value == 0 || next < before) entries.push_back(history_entry(std::move(stored)));
        next = previous;
    }
    return entries;
}

Result<LedgerPage> EngineImpl::ledger(ProgramId id, Sequence after, std::size_t limit) {
    if (state_.program(id) == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    if (!wait_durable({executed_.load()})) return failure(ErrorKind::io, "a commit failed");
    LedgerPage page;
    page.last = store_.ledger().last();
    if (after >= page.last || limit == 0) return page;
    std::size_t seen = 0;
    bool stopped = false;
    const auto take = [&](const storage::Batch& batch) {
        stopped = options_.stop_queries.stop_requested();
        if (stopped) return false;
        for (std::uint64_t at = std::max(batch.first.value, after.value + 1); at <= batch.last().value;
             ++at) {
            const model::Fact& fact = batch.facts[at - batch.first.value];
            ++seen;
            if (fact.subject.program() == id) page.facts.push_back({{at}, fact, {}});
            if (page.facts.size() < limit && seen < kMaxLedgerFactsSeen) continue;
            page.next = {at};
            return false;
        }
        return true;
    };
    if (auto scanned = store_.ledger().scan({after.value + 1}, take); !scanned)
        return tl::unexpected(scanned.error());
    if (stopped) return ended_early();
    return page;
}

namespace {

/// Memory that the process holds, in bytes.
double resident_bytes() {
    long pages = 0;
    if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
        long ignored = 0;
        if (std::fscanf(file, "%ld %ld", &ignored, &pages) != 2) pages = 0;
        std::fclose(file);
    }
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

std::vector<Stat> EngineImpl::stats() const {
    std::vector<Stat> stats;
    const auto add = [&stats](std::string name, auto value) {
        stats.push_back({std::move(name), static_cast<double>(value), {}});
    };
    const auto load = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
    stats.push_back({"durability", 0, options_.durability == Durability::sync ? "sync" : "async"});
    if (options_.durability == Durability::async) add("async_window_ms", options_.async_window_ms);
    stats.push_back({"clock", 0, options_.time == TimeSource::system ? "system" : "events"});
    add("programs", state_.program_count());
    std::uint64_t customers = 0;
    std::uint64_t bytes = 0;
    for (std::uint16_t number = 1; number <= state_.program_count(); ++number) {
        const core::ProgramState& program = *state_.program({number});
        customers += program.customers.count();
        bytes += program.customers.bytes();
    }
    add("customers", customers);
    add("customer_records_bytes", bytes);
    add("executed_sequence", load(executed_));
    add("durable_sequence", load(durable_));
    add("accepted", load(counters_.accepted));
    add("duplicates", load(counters_.duplicates));
    add("refused", load(counters_.refused));
    add("balance_reads", load(counters_.reads));
    add("commits", load(counters_.commits));
    const std::uint64_t commits = load(counters_.commits);
    add("facts_per_commit",
        commits == 0 ? 0.0
                     : static_cast<double>(load(counters_.committed_facts)) / static_cast<double>(commits));
    add("plans", load(counters_.plans));
    add("checkpoints", load(counters_.checkpoints));
    add("checkpoint_failures", load(counters_.checkpoint_failures));
    {
        const storage::MutexLock lock(sequencer_);
        add("waiting_facts", buffer_.waiting_facts());
        add("names_in_memory", state_.names.size());
        add("names_bytes", state_.names.bytes());
        add("names_persisted_sequence", state_.names.persisted_through().value);
    }
    {
        const storage::ReaderLock lock(keys_);
        std::uint64_t key_bytes = 0;
        for (std::uint16_t number = 1; number <= state_.program_count(); ++number)
            key_bytes += state_.program({number})->keys.bytes();
        add("key_index_bytes", key_bytes);
    }
    add("names_on_disk", store_.names().size());
    add("ledger_reserved_bytes", store_.ledger().reserved_bytes());
    add("disk_full", load(disk_full_) ? 1 : 0);
    add("resident_bytes", resident_bytes());
    for (std::size_t code = 1; code < refusals_.size(); ++code) {
        if (load(refusals_[code]) == 0) continue;
        add("refused_" + std::string(model::refusal_name(static_cast<model::Refusal>(code))),
            load(refusals_[code]));
    }
    return stats;
}

}  // namespace tim::runtime
