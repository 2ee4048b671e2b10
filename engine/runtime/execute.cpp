#include <algorithm>
#include <cstdlib>
#include <new>
#include <type_traits>

#include "engine/core/apply.h"
#include "engine/core/settle.h"
#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using core::Judgement;
using core::refuse;
using model::Command;
using model::CommandKind;
using model::CustomerId;
using model::KeyKind;
using model::NameKind;
using model::Outcome;
using model::Refusal;
using model::Sequence;
using model::Subject;
using model::SubjectKind;

namespace {

bool is_enrollment(const Command& command) {
    return command.kind == CommandKind::enroll;
}

bool is_administration(const Command& command) {
    return model::is_administration(command.kind);
}

const Evidence kNoEvidence;

/// The ladder has a key's form before times and what a command lacks, which core::check_command looks at too.
bool is_malformed(const model::CustomerRef& customer) {
    char text[model::kMaxEmailBytes];
    if (customer.kind == KeyKind::none) return false;
    if (customer.kind == KeyKind::id) return customer.id.value == 0;
    return model::normalize_key_into(customer.kind, customer.text, text).empty();
}

/// Whether the words that a command was given with stand in its fact's blob.
bool gives_reason(CommandKind kind) {
    return kind == CommandKind::adjust || kind == CommandKind::override_tier ||
           kind == CommandKind::block_customer || kind == CommandKind::unblock_customer ||
           kind == CommandKind::set_password;
}

bool ends_hold(const Command& command) {
    return command.kind == CommandKind::capture || command.kind == CommandKind::release;
}

}  // namespace

void EngineImpl::execute(Commands commands, Outcomes outcomes, Follows follows) {
    TIM_INVARIANT(commands.size() == outcomes.size(), "an outcome for every command");
    const model::Instant recorded = clock_.now();
    for (std::size_t begin = 0; begin < commands.size();) {
        std::size_t end = begin + 1;
        if (is_administration(commands[begin])) {
            administer(commands[begin], outcomes[begin], recorded);
        } else {
            const bool enrolls = is_enrollment(commands[begin]);
            while (end < commands.size() && end - begin < kChunkRows &&
                   is_enrollment(commands[end]) == enrolls && !is_administration(commands[end]) &&
                   !needs_evidence(commands[begin]) && !needs_evidence(commands[end])) {
                ++end;
            }
            const auto run_chunk = enrolls ? &EngineImpl::execute_enrollments
                                   : model::changes_keys(commands[begin].kind)
                                       ? &EngineImpl::execute_key_change
                                       : &EngineImpl::execute_rows;
            (this->*run_chunk)(commands.subspan(begin, end - begin), outcomes.subspan(begin, end - begin),
                               recorded);
        }
        begin = end;
    }
    commit_rest(follows);
}

void EngineImpl::execute_rows(Commands commands, Outcomes outcomes, model::Instant recorded) {
    // Only as many as there are commands are ever touched: a lone sale pays for one.
    alignas(Row) std::array<std::byte, kChunkRows * sizeof(Row)> storage;
    static_assert(std::is_trivially_destructible_v<Row>);
    const std::span<Row> rows(reinterpret_cast<Row*>(storage.data()), commands.size());
    core::TouchList lines;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row& row = *new (&rows[i]) Row();
        row.command = &commands[i];
        row.outcome = &outcomes[i];
        outcomes[i] = Outcome{};
        prepare(row, lines);
    }
    lines.run();
    resolve(rows, lines);
    lines.run();

    run_with_plans(rows, [&](std::size_t begin, Sequence persisted) {
        return run(rows.subspan(begin), persisted, recorded);
    });
}

void EngineImpl::prepare(Row& row, core::TouchList& lines) {
    const Command& command = *row.command;
    if (const Judgement judgement = core::check_command(command); !judgement.accepted()) {
        const bool key_comes_first =
            judgement.refusal > Refusal::invalid_key && is_malformed(command.customer);
        return finish(row, key_comes_first ? refuse(Refusal::invalid_key) : judgement, {});
    }
    row.program = state_.program(command.program);
    if (command.kind != CommandKind::balance) {
        row.fingerprint = state_.hashing.name(command.program, command.name);
        state_.names.touch(row.fingerprint, lines);
    }
    switch (command.customer.kind) {
        case KeyKind::none:
            break;
        case KeyKind::id:
            if (command.customer.id.value == 0) return finish(row, refuse(Refusal::invalid_key), {});
            row.customer = command.customer.id;
            break;
        default: {
            char text[model::kMaxEmailBytes];
            const std::string_view key =
                model::normalize_key_into(command.customer.kind, command.customer.text, text);
            if (key.empty()) return finish(row, refuse(Refusal::invalid_key), {});
            row.by_key = true;
            row.digest = state_.hashing.key(command.customer.kind, key);
        }
    }
    if (row.program == nullptr) return finish(row, refuse(Refusal::unknown_program), {});
    if (row.by_key) row.program->keys.touch(row.digest, lines);
}

void EngineImpl::resolve(std::span<Row> rows, core::TouchList& lines) {
    const storage::ReaderLock lock(keys_);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row& row = rows[i];
        if (i + core::kRecallAhead < rows.size()) {
            const Row& ahead = rows[i + core::kRecallAhead];
            if (ahead.by_key && ahead.program != nullptr) ahead.program->keys.recall(ahead.digest);
        }
        if (row.done) continue;
        if (row.by_key) row.customer = row.program->keys.find(row.digest);
        if (row.customer.value > row.program->customers.count()) row.customer = {};
        if (row.command->network != nullptr) {
            const model::CustomerRef& vip = row.command->network->vip;
            char text[model::kMaxEmailBytes];
            row.vip = vip.id;
            if (vip.kind != KeyKind::id && vip.kind != KeyKind::none)
                row.vip = row.program->keys.find(
                    state_.hashing.key(vip.kind, model::normalize_key_into(vip.kind, vip.text, text)));
            if (row.vip.value > row.program->customers.count()) row.vip = {};
        }
        row.plain = row.customer.value != 0 && row.command->kind == CommandKind::sale &&
                    row.command->details == nullptr;
        row.program->customers.touch(row.customer.value, lines);
    }
}

StripeMask EngineImpl::stripes_of(std::span<const Row> rows, bool reads_only) const {
    StripeMask mask = 0;
    for (const Row& row : rows) {
        if (!reads_only && row.program != nullptr && row.program->has_parties()) return kAllStripes;
        mask |= stripe_bit(row.customer);  // id 0: the program's anonymous sales
    }
    // A row whose subject only the evidence names runs by itself.
    const Evidence* const first = rows.front().evidence;
    if (first == nullptr) return mask;
    if (first->sale) mask |= stripe_bit({first->sale->sale.subject.id()});
    if (first->order) mask |= stripe_bit({first->order->placed.subject.id()});
    if (first->voucher) mask |= stripe_bit(first->voucher->customer);
    if (first->care) mask |= stripe_bit(first->care->customer);
    return mask | stripe_bit(first->hold_customer);
}

namespace {

/// Has the records and wallets of the VIPs above come near: whose they are only the customers' records tell.
void touch_parties(std::span<const Row> rows) {
    core::TouchList lines;
    // Only as many as there are rows are ever touched.
    std::array<const core::ProgramState*, kChunkRows> programs;
    std::array<std::uint64_t, kChunkRows> vips;
    std::size_t count = 0;
    for (const Row& row : rows) {
        if (row.done || row.program == nullptr || !row.program->has_parties() || row.customer.value == 0)
            continue;
        const model::CustomerId vip = row.program->customers.at(row.customer.value).vip();
        if (vip.value == 0) continue;
        row.program->customers.touch_rest(row.customer.value, lines);
        row.program->customers.touch(vip.value, lines);
        row.program->customers.touch_rest(vip.value, lines);
        programs[count] = row.program;
        vips[count++] = vip.value;
    }
    lines.run();
    std::array<const core::Wallet*, kChunkRows> wallets;
    for (std::size_t i = 0; i < count; ++i) {
        const model::CustomerId vip{vips[i]};
        if ((programs[i]->customers.at(vip.value).flags & core::kRecordHasOverrides) != 0)
            programs[i]->overrides[core::stripe_of(vip)].touch(vip, lines);
        wallets[i] = programs[i]->wallet(vip);
        if (wallets[i] != nullptr) wallets[i]->touch(lines);
    }
    lines.run();
    for (std::size_t i = 0; i < count; ++i) {
        if (wallets[i] != nullptr) wallets[i]->lots.touch(lines);
    }
    lines.run();
}

}  // namespace

std::size_t EngineImpl::run(std::span<Row> rows, Sequence persisted, model::Instant recorded) {
    const bool reads_only = std::all_of(
        rows.begin(), rows.end(), [](const Row& row) { return row.command->kind == CommandKind::balance; });
    if (reads_only) {
        const StripeLocks::Guard stripes(stripes_, stripes_of(rows, true));
        for (Row& row : rows) {
            if (!row.done) read_balance(row, recorded);
        }
        return rows.size();
    }

    std::size_t ran = 0;
    {
        const storage::MutexLock sequencer(sequencer_);
        const StripeLocks::Guard stripes(stripes_, stripes_of(rows, false));
        touch_parties(rows);
        const bool names_moved = state_.names.persisted_through() != persisted;
        const Judgement all = admission(rows.size(), rows.size() * kMaxRowBlobBytes);
        PlainMoment plain;
        for (; ran < rows.size(); ++ran) {
            Row& row = rows[ran];
            if (ran + core::kRecallAhead < rows.size()) {
                const Row& ahead = rows[ran + core::kRecallAhead];
                state_.names.recall(ahead.fingerprint);
                if (ahead.program != nullptr) ahead.program->customers.recall(ahead.customer.value);
            }
            if (row.done) continue;
            if (row.command->kind == CommandKind::balance) {
                read_balance(row, recorded);
                continue;
            }
            if (!name_is_new(row, names_moved)) break;
            const Judgement admitted = all.accepted() ? all : admission(1, kMaxRowBlobBytes);
            if (row.plain && row.evidence == nullptr && admitted.accepted() &&
                run_plain_sale(row, plain, recorded))
                continue;
            if (run_row(row, admitted, recorded) == Progress::plan) break;
        }
        publish_executed();
    }
    if (ran > 0) commit_if_worth();
    return ran;
}

model::Instant EngineImpl::now_of(const core::ProgramState& program, model::Instant clock) const {
    if (options_.time == TimeSource::system) return clock;
    const model::Instant latest = program.latest();
    return latest == model::kNoInstant ? clock : latest;
}

Judgement EngineImpl::moment_of(const core::ProgramState& program, model::Instant at, model::Instant recorded,
                                core::Moment& moment) const {
    moment.recorded = recorded;
    moment.now = now_of(program, recorded);
    moment.at = at == model::kNoInstant ? moment.now : at;
    if (options_.time == TimeSource::events && at != model::kNoInstant) {
        moment.now = program.latest() == model::kNoInstant ? at : std::max(moment.now, at);
    }
    moment.current = &program.version_at(moment.now);
    if (options_.time == TimeSource::system) {
        if (const Judgement judgement = core::check_time(*moment.current, moment.at, recorded);
            !judgement.accepted())
            return judgement;
    }
    moment.pricing = &program.version_at(moment.at);
    return {};
}

Judgement EngineImpl::admission(std::size_t commands, std::size_t blob_bytes) const {
    if (stopping_.load(std::memory_order_relaxed)) return refuse(Refusal::stopping);
    if (failed_.load(std::memory_order_relaxed)) return refuse(Refusal::stopping);
    const std::size_t facts = commands * core::kMaxFactsPerCommand;
    if (!buffer_.has_room(facts, blob_bytes)) return refuse(Refusal::overloaded);
    const storage::Ledger& ledger = store_.ledger();
    const std::uint64_t needed =
        ledger.bytes_for(buffer_.waiting_facts() + facts, buffer_.waiting_blob_bytes() + blob_bytes);
    if (needed > ledger.reserved_bytes()) return refuse(Refusal::disk_full);
    return {};
}

bool EngineImpl::name_is_new(const Row& row, bool names_moved) const {
    if (row.evidence != nullptr) return state_.names.find(row.fingerprint) == row.evidence->same_name;
    return !state_.names.is_in_memory(row.fingerprint) &&
           !(names_moved && state_.names.maybe_on_disk(row.fingerprint));
}

EngineImpl::Progress EngineImpl::run_row(Row& row, const Judgement& admitted, model::Instant recorded) {
    const Command& command = *row.command;
    const Evidence& evidence = row.evidence == nullptr ? kNoEvidence : *row.evidence;
    if (needs_evidence(command) && !evidence.planned) return Progress::plan;
    if ((needs_evidence(command) || evidence.code) && !evidence_holds(row, evidence)) return Progress::plan;

    core::ProgramState& program = *row.program;
    core::Moment moment;
    Judgement judgement = admitted;
    // What is claimed is a sale of its own time.
    const bool claims = command.kind == CommandKind::claim && evidence.sale;
    const model::Instant at = claims ? evidence.sale->sale.at : command.at;
    if (judgement.accepted()) judgement = moment_of(program, at, recorded, moment);
    if (!judgement.accepted()) {
        finish(row, judgement, {});
        return Progress::done;
    }

    CustomerId customer = row.customer;
    if (customer.value == 0 && command.customer.kind != KeyKind::none) {
        finish(row, refuse(Refusal::unknown_customer), {});
        return Progress::done;
    }
    if (customer.value != 0) {
        const core::CustomerRecord& named = program.customers.at(customer.value);
        if (judgement = core::check_person(command, named); !judgement.accepted()) {
            finish(row, judgement, named.last);
            return Progress::done;
        }
    }
    if (ends_hold(command)) {
        if (evidence.hold_customer.value == 0) {
            finish(row, refuse(Refusal::unknown_hold), {});
            return Progress::done;
        }
        customer = evidence.hold_customer;
    }
    if (model::moves_voucher(command.kind)) {
        if (evidence.voucher->id.value == 0) {
            finish(row, refuse(Refusal::unknown_voucher), {});
            return Progress::done;
        }
        customer = evidence.voucher->customer;
    }
    if (model::changes_care(command.kind)) {
        if (!evidence.care) {
            finish(row, refuse(Refusal::unknown_care_task), {});
            return Progress::done;
        }
        customer = evidence.care->customer;
    }
    if (model::ends_payout(command.kind)) {
        if (evidence.payout_vip.value == 0) {
            finish(row, refuse(Refusal::unknown_payout), {});
            return Progress::done;
        }
        customer = evidence.payout_vip;
    }
    if (may_have_code(command, program, evidence)) {
        const auto code = code_of(row, evidence);
        if (code && (!evidence.code || evidence.code->sale != *code)) return Progress::plan;
    }
    if (model::changes_order(command.kind)) {
        if (!evidence.order) {
            finish(row, refuse(evidence.original_found ? Refusal::not_an_order : Refusal::unknown_order), {});
            return Progress::done;
        }
        customer = {evidence.order->placed.subject.id()};
    } else if (command.original.kind != NameKind::none) {
        if (!evidence.sale) {
            finish(row, refuse(Refusal::unknown_receipt), {});
            return Progress::done;
        }
        if (command.kind == CommandKind::voided) customer = {evidence.sale->sale.subject.id()};
    }
    const SubjectKind kind = customer.value == 0 ? SubjectKind::anonymous : SubjectKind::customer;
    const Subject subject = Subject::of(kind, program.id(), customer.value);
    const core::CustomerRecord& record = program.customers.at(customer.value);
    if (judgement = core::check_person(command, record); !judgement.accepted()) {
        finish(row, judgement, record.last);
        return Progress::done;
    }

    core::FactWriter facts = buffer_.writer();
    const bool has_holds = (record.flags & core::kRecordHasHolds) != 0;
    const bool due =
        kind == SubjectKind::customer && core::is_due(record, *moment.current, core::settled_until(moment));
    const bool has_overrides = (record.flags & core::kRecordHasOverrides) != 0;
    const bool has_lots = (record.flags & core::kRecordHasLots) != 0;
    // What brings points with dates, or puts them back where there are none, begins lots.
    const bool dates = has_lots || (kind == SubjectKind::customer &&
                                    (moment.pricing->dates_points() || evidence.sale.has_value() ||
                                     command.kind == CommandKind::cancel_voucher));
    if (dates) {
        core::PointsDraft draft{record, {}};
        if (due || has_overrides) draft.record = settle_time(program, customer, moment, facts);
        if (has_lots) draft.lots = *program.lots[core::stripe_of(customer)].of(customer);
        const core::OpenHolds* const holds =
            has_holds ? program.holds[core::stripe_of(customer)].of(customer) : nullptr;
        core::settle_points(draft, subject, holds, moment, facts);
        const std::size_t begin = facts.facts().size();
        const core::Lots* const lots = draft.lots.empty() ? nullptr : &draft.lots;
        judgement = decide_row(row, evidence, moment, subject, draft.record, lots, facts);
        if (judgement.accepted()) judgement = core::end_lots(draft, begin, subject, moment, facts);
    } else if (has_holds || due || has_overrides) {
        core::CustomerRecord draft =
            due || has_overrides ? settle_time(program, customer, moment, facts) : record;
        if (has_holds) {
            const core::OpenHolds& holds = *program.holds[core::stripe_of(customer)].of(customer);
            draft = core::settle_holds(draft, subject, holds, moment, facts);
        }
        judgement = decide_row(row, evidence, moment, subject, draft, nullptr, facts);
    } else {
        judgement = decide_row(row, evidence, moment, subject, record, nullptr, facts);
    }
    if (!judgement.accepted()) {
        finish(row, judgement, record.last);
        return Progress::done;
    }
    const std::size_t named = static_cast<std::size_t>(
        std::find_if(facts.facts().begin(), facts.facts().end(),
                     [](const model::Fact& fact) { return fact.name_kind != NameKind::none; }) -
        facts.facts().begin());
    const Sequence sequence{buffer_.next().value + named};
    if (model::Fact& fact = facts.facts()[named];
        fact.name_kind == NameKind::request && !model::goes_by_receipt(fact))
        fact.terminal = {command.actor};
    if (gives_reason(command.kind) && !command.reason.empty()) {
        facts.facts()[named].set_blob(buffer_.add_blob(std::as_bytes(std::span(command.reason))));
    }
    if (command.kind == CommandKind::classify) add_classes(command, facts);
    if (command.care != nullptr) add_care_texts(command, evidence, facts);
    if (row.evidence != nullptr) add_lines(command, evidence, facts);
    if (command.kind == CommandKind::place_order || model::changes_order(command.kind))
        add_order_texts(command, evidence, facts);
    if (model::changes_keys(command.kind)) add_person(command, evidence, facts);
    accept(facts, row.fingerprint);
    if (model::changes_keys(command.kind)) change_keys(facts);
    answer(&program, facts.facts()[named], sequence, *row.outcome);
    for (const model::Fact& fact : facts.facts().subspan(named + 1))
        add_to_answer(&program, fact, *row.outcome);
    row.done = true;
    count(counters_.accepted);
    return Progress::done;
}

core::CustomerRecord EngineImpl::settle_time(const core::ProgramState& program, CustomerId customer,
                                             core::Moment& moment, core::FactWriter& facts) const {
    const core::CustomerRecord& record = program.customers.at(customer.value);
    const Subject subject = Subject::customer(program.id(), customer);
    moment.hands.clear();
    if (const core::TierOverrides* const overrides = program.overrides_of(record, customer))
        return core::settle_overridden(record, subject, *overrides, moment, facts);
    return core::is_due(record, *moment.current, core::settled_until(moment))
               ? core::settle_tiers(record, subject, moment, facts)
               : record;
}

void EngineImpl::settle_customer(const core::ProgramState& program, CustomerId customer, core::Moment& moment,
                                 core::FactWriter& facts) const {
    const core::CustomerRecord& record = program.customers.at(customer.value);
    const Subject subject = Subject::customer(program.id(), customer);
    const core::CustomerRecord draft = settle_time(program, customer, moment, facts);
    const core::OpenHolds* const holds = program.holds_of(record, customer);
    if (const core::Lots* const lots = program.lots_of(record, customer)) {
        core::PointsDraft points{draft, *lots};
        core::settle_points(points, subject, holds, moment, facts);
    } else if (holds != nullptr) {
        core::settle_holds(draft, subject, *holds, moment, facts);
    }
}

bool EngineImpl::has_due(const core::ProgramState& program, CustomerId customer, model::Instant now) {
    const core::CustomerRecord& record = program.customers.at(customer.value);
    const core::TierOverrides* const overrides = program.overrides_of(record, customer);
    const core::Lots* const lots = program.lots_of(record, customer);
    return (overrides != nullptr && overrides->due(now)) || (lots != nullptr && lots->next_due() <= now) ||
           core::settled_held(record, program.holds_of(record, customer), now) != record.held;
}

void EngineImpl::accept(core::FactWriter& facts, std::uint64_t fingerprint) {
    Sequence sequence = buffer_.next();
    for (model::Fact& fact : facts.facts()) {
        fact.check = core::apply(state_, fact, sequence, buffer_.blob_of(fact));
        core::apply_names(state_, fact, sequence, fingerprint);
        ++sequence.value;
    }
    buffer_.take(facts.facts().size());
}

void EngineImpl::read_balance(Row& row, model::Instant clock) {
    counters_.reads.fetch_add(1, std::memory_order_relaxed);
    core::ProgramState& program = *row.program;
    if (row.customer.value == 0) return finish(row, refuse(Refusal::unknown_customer), {});
    const core::CustomerRecord& record = program.customers.at(row.customer.value);
    const model::Instant now = now_of(program, clock);
    const core::Rules& current = program.version_at(now);
    const core::OpenHolds* const holds = program.holds_of(record, row.customer);
    const core::TierOverrides* const overrides = program.overrides_of(record, row.customer);
    // Not `core::settled`: a balance is answered from the record's first line alone, where there are no lots.
    model::Points points = record.points;
    model::Points held{};
    if ((record.flags & core::kRecordHasLots) == 0) {
        held = core::settled_held(record, holds, now);
    } else {
        const core::Lots& lots = *program.lots[core::stripe_of(row.customer)].of(row.customer);
        const core::CustomerRecord draft = core::settled_points(record, holds, lots, now, current).record;
        points = draft.points;
        held = draft.held;
    }
    const std::uint8_t tier =
        overrides != nullptr ? core::settled(record, nullptr, nullptr, overrides, now, current).record.tier
        : core::is_due(record, current, now) ? current.tier_of(core::settle(record, current, now).record)
                                             : current.tier_of(record);

    Outcome& outcome = *row.outcome;
    outcome.depends_on = record.last;
    row.done = true;
    model::Money voucher{};
    if (row.evidence != nullptr && row.evidence->voucher) {
        const core::VoucherEvidence& named = *row.evidence->voucher;
        const Judgement judgement = core::check_paying(named, now, now);
        outcome.depends_on = std::max(outcome.depends_on, named.newest);
        if (!judgement.accepted()) return finish(row, judgement, outcome.depends_on);
        voucher = named.value;
    }
    const auto quote = core::quote(*row.command, current, now, row.customer, record, tier,
                                   campaign_counts(program, row.customer), voucher);
    if (!quote) {
        outcome.refusal = Refusal::overflow;
        return;
    }
    outcome.tier_before = outcome.tier_after = tier;
    outcome.version = current.version();
    outcome.program = program.id();
    outcome.customer = row.customer;
    outcome.points = quote->points;
    outcome.detail = quote->discount.value;
    outcome.balance = points;
    outcome.held = held;
    const bool blocked = (record.flags & core::kRecordBlocked) != 0;
    outcome.spendable = blocked ? model::Points{} : core::spendable(points, held, current.keep_points(tier));
    outcome.lifetime_spend = record.lifetime_spend;
}

void EngineImpl::answer(const core::ProgramState* program, const model::Fact& fact, Sequence sequence,
                        Outcome& outcome) const {
    outcome.sequence = sequence;
    outcome.depends_on = {sequence.value - fact.position + fact.count - 1u};
    outcome.version = fact.version;
    outcome.program = fact.subject.program();
    if (fact.subject.kind() == SubjectKind::wallet) {
        outcome.customer = {fact.subject.id()};
        outcome.lifetime_spend = {std::abs(fact.amount.value)};
        return;
    }
    if (fact.subject.kind() != SubjectKind::customer && fact.subject.kind() != SubjectKind::anonymous) return;
    outcome.tier_before = fact.tier_before;
    outcome.tier_after = fact.tier_after;
    const bool moves_points =
        fact.type != model::FactType::hold_opened && fact.type != model::FactType::tier_overridden;
    outcome.points = moves_points ? fact.points : model::Points{};
    if (fact.subject.kind() == SubjectKind::anonymous) return;
    outcome.customer = {fact.subject.id()};
    add_to_answer(program, fact, outcome);
}

/// A fact of the same transaction, or the first: what a customer has after it.
void EngineImpl::add_to_answer(const core::ProgramState* program, const model::Fact& fact,
                               Outcome& outcome) const {
    if (outcome.customer.value == 0 || fact.subject != Subject::customer(outcome.program, outcome.customer))
        return;
    const bool of_sale =
        fact.type == model::FactType::campaign_applied || fact.type == model::FactType::campaign_reduced;
    if (of_sale) outcome.points.value += fact.points.value;
    outcome.balance = fact.points_after;
    outcome.held = fact.held_after;
    outcome.spendable = core::spendable(fact.points_after, fact.held_after,
                                        program->version(fact.version).keep_points(fact.tier_after));
}

void EngineImpl::finish(Row& row, const Judgement& judgement, Sequence depends_on) {
    row.outcome->refusal = judgement.refusal;
    row.outcome->detail = judgement.detail;
    row.outcome->depends_on = depends_on;
    row.done = true;
    counters_.refused.fetch_add(1, std::memory_order_relaxed);
    refusals_[static_cast<std::size_t>(judgement.refusal) % refusals_.size()].fetch_add(
        1, std::memory_order_relaxed);
}

}  // namespace tim::runtime
