#include "engine/core/apply.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using core::Judgement;
using core::refuse;
using model::Command;
using model::CommandKind;
using model::Fact;
using model::FactType;
using model::Refusal;
using model::SubjectKind;

namespace {

/// From when a new version holds, or why it may not.
Judgement effective_from(const core::ProgramState& program, model::Instant at, model::Instant now,
                         model::Instant& effective) {
    effective = at == model::kNoInstant ? std::max(now, program.newest().effective()) : at;
    // What was recorded is never repriced, and versions follow one another in time.
    return effective < now || effective < program.newest().effective() ? refuse(Refusal::invalid_time)
                                                                       : Judgement{};
}

bool same_currency_and_zone(const model::Program& a, const model::Program& b) {
    return a.currency == b.currency && a.time_zone == b.time_zone;
}

}  // namespace

Judgement EngineImpl::decide_program(const Command& command, const model::Bytes& document,
                                     model::Instant recorded, core::FactWriter& facts,
                                     model::Outcome& outcome) {
    core::ProgramState* const program = state_.find_program(command.document->id);
    model::VersionId version{1};
    model::Instant effective = model::kNoInstant;  // the first version holds since ever: old sales may follow
    model::ProgramId id{static_cast<std::uint16_t>(state_.program_count() + 1)};
    model::Sequence previous{};
    if (program == nullptr) {
        if (state_.program_count() == core::kMaxPrograms)
            return refuse(Refusal::too_many_programs, core::kMaxPrograms);
    } else {
        id = program->id();
        previous = program->last;
        const model::Program& newest = program->newest().program();
        if (!same_currency_and_zone(*command.document, newest)) return refuse(Refusal::currency_fixed);
        outcome.program = id;
        outcome.version = program->newest().version();
        if (documents_.encode(newest) == document) {  // nothing to change
            outcome.duplicate = true;
            outcome.sequence = outcome.depends_on = previous;
            return {};
        }
        if (program->version_count() == core::kMaxVersions)
            return refuse(Refusal::too_many_versions, core::kMaxVersions);
        if (!core::rewards_fit(*command.document, *program->newest().reward_numbers()))
            return refuse(Refusal::too_many_rewards, core::kMaxRewardNumbers);
        if (!core::fits(*command.document, *program->newest().campaigns().numbers()))
            return refuse(Refusal::too_many_campaigns, core::kMaxCampaignNumbers);
        if (!core::fits(*command.document, *program->newest().classes().values()))
            return refuse(Refusal::too_many_values);
        if (command.follows.value != 0 && command.follows != program->newest().version())
            return refuse(Refusal::version_moved, program->newest().version().value);
        // By the clock of events nothing has been priced before the first: all that is to come may follow.
        const bool untouched = options_.time == TimeSource::events && program->latest() == model::kNoInstant;
        const model::Instant now = untouched ? model::Instant{0} : now_of(*program, recorded);
        const Judgement judgement = effective_from(*program, command.at, now, effective);
        if (!judgement.accepted()) return judgement;
        version.value = static_cast<std::uint16_t>(program->version_count() + 1);
    }
    Fact& fact = facts.add(FactType::program_put, model::Subject::of(SubjectKind::program, id, 0), previous);
    fact.version = version;
    fact.at = effective;
    return {};
}

Judgement EngineImpl::decide_access(const Command& command, core::FactWriter& facts) {
    const bool adds = command.kind == CommandKind::add_access_key;
    const bool exists = state_.access_keys.contains(command.access_key->id);
    if (adds && exists) return refuse(Refusal::access_key_exists);
    if (!adds && !exists) return refuse(Refusal::unknown_access_key);
    const FactType type = adds ? FactType::access_key_added : FactType::access_key_revoked;
    Fact& fact = facts.add(type, model::Subject::of(SubjectKind::access, {}, 0), state_.access_last);
    fact.at = model::kNoInstant;
    return {};
}

/// Commands about programs and keys of access: rare, one at a time, in scope 0 for their names.
void EngineImpl::administer(const Command& command, model::Outcome& outcome, model::Instant recorded) {
    outcome = model::Outcome{};
    Row row;
    row.command = &command;
    row.outcome = &outcome;
    const bool puts = command.kind == CommandKind::put_program;
    Judgement judgement = core::check_command(command);
    if (judgement.accepted() && (puts ? command.document == nullptr : command.access_key == nullptr)) {
        judgement = refuse(Refusal::invalid_command);
    }
    if (judgement.accepted() && puts && !model::validate(*command.document).empty())
        judgement = refuse(Refusal::invalid_program);
    if (!judgement.accepted()) return finish(row, judgement, {});

    row.fingerprint = state_.hashing.name({}, command.name);
    model::Bytes document;
    if (puts) {
        document = documents_.encode(*command.document);
    } else {
        model::AccessKey key = *command.access_key;
        if (command.kind == CommandKind::revoke_access_key) {
            if (const auto known = find_access_key(key.id)) key = *known;
            key.revoked = true;
        }
        document = documents_.encode(key);
    }
    if (document.size() > kMaxBlobBytes) return finish(row, refuse(Refusal::invalid_command), {});

    run_with_plans(std::span(&row, 1), [&](std::size_t, model::Sequence) -> std::size_t {
        const core::NameCandidates same_name =
            row.evidence == nullptr ? core::NameCandidates{} : row.evidence->same_name;
        return administer_row(row, document, same_name, recorded) ? 1 : 0;
    });
}

bool EngineImpl::administer_row(Row& row, const model::Bytes& document, const core::NameCandidates& same_name,
                                model::Instant recorded) {
    const Command& command = *row.command;
    {
        const storage::MutexLock sequencer(sequencer_);
        if (row.done) return true;
        if (state_.names.find(row.fingerprint) != same_name) return false;
        core::FactWriter facts = buffer_.writer();
        Judgement judgement = admission(1, document.size());
        if (judgement.accepted()) {
            judgement = command.kind == CommandKind::put_program
                            ? decide_program(command, document, recorded, facts, *row.outcome)
                            : decide_access(command, facts);
        }
        row.done = true;
        if (!judgement.accepted()) {
            finish(row, judgement, {});
            return true;
        }
        if (facts.facts().empty()) return true;
        Fact& fact = facts.facts()[0];
        fact.recorded = recorded;
        fact.set_name(command.name);
        fact.terminal = {command.actor};
        fact.content = core::content_digest(command);
        fact.set_blob(buffer_.add_blob(document));
        facts.end_transaction();
        const model::Sequence sequence = buffer_.next();
        {
            const storage::MutexLock access(access_);
            accept(facts, row.fingerprint);
        }
        answer(nullptr, fact, sequence, *row.outcome);
        publish_executed();
        count(counters_.accepted);
    }
    commit_if_worth();
    return true;
}

}  // namespace tim::runtime
