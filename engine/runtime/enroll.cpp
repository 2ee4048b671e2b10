#include <algorithm>

#include "engine/core/apply.h"
#include "engine/core/codes.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/seal.h"

namespace tim::runtime {

using core::Judgement;
using core::refuse;
using model::Command;
using model::CustomerId;
using model::Refusal;

namespace {

Judgement normalize_keys(const model::Enrollment& enrollment, model::Profile& profile) {
    for (const model::CustomerRef& ref : enrollment.keys) {
        if (ref.kind == model::KeyKind::none || ref.kind == model::KeyKind::id)
            return refuse(Refusal::invalid_key);
        auto key = model::normalize_key(ref.kind, ref.text);
        if (!key) return refuse(Refusal::invalid_key);
        if (std::find(profile.keys.begin(), profile.keys.end(), *key) == profile.keys.end())
            profile.keys.push_back(std::move(*key));
    }
    if (profile.keys.empty()) return refuse(Refusal::invalid_key);
    if (const model::CustomerRef& vip = enrollment.vip; vip.kind != model::KeyKind::none &&
                                                        vip.kind != model::KeyKind::id &&
                                                        !model::normalize_key(vip.kind, vip.text))
        return refuse(Refusal::invalid_key);
    profile.name = enrollment.name;
    return {};
}

}  // namespace

void EngineImpl::execute_enrollments(Commands commands, Outcomes outcomes, model::Instant recorded) {
    std::vector<Row> rows(commands.size());
    std::vector<Newcomer> newcomers(commands.size());
    core::TouchList lines;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row& row = rows[i];
        row.command = &commands[i];
        row.outcome = &outcomes[i];
        outcomes[i] = model::Outcome{};
        prepare(row, lines);
        model::Profile profile;
        const Judgement judgement = row.command->enrollment == nullptr
                                        ? refuse(Refusal::invalid_command)
                                        : normalize_keys(*row.command->enrollment, profile);
        // Both may have found something: the ladder decides.
        if (row.done && (judgement.accepted() || judgement.refusal > row.outcome->refusal)) continue;
        if (!judgement.accepted()) {
            finish(row, judgement, {});
            continue;
        }
        Newcomer& newcomer = newcomers[i];
        for (const model::Key& key : profile.keys)
            newcomer.digests.push_back(state_.hashing.key(key.kind, key.text));
        if (newcomer.digests.size() > model::kMaxKeysPerCustomer) continue;  // to be refused in its turn
        if (const model::CustomerRef& vip = row.command->enrollment->vip;
            vip.kind != model::KeyKind::none && vip.kind != model::KeyKind::id) {
            newcomer.vip_by_key = true;
            newcomer.vip_digest =
                state_.hashing.key(vip.kind, model::normalize_key(vip.kind, vip.text)->text);
        }
        SealNonce nonce;
        entropy_.fill(newcomer.secret);
        entropy_.fill(nonce);
        newcomer.blob = documents_.encode(model::EnrollmentRecord{
            newcomer.digests, seal(newcomer.secret, nonce, documents_.encode(profile))});
    }

    lines.run();
    run_with_plans(rows, [&](std::size_t begin, model::Sequence) {
        return enroll_rows(std::span(rows).subspan(begin), std::span(newcomers).subspan(begin), recorded);
    });
}

std::size_t EngineImpl::enroll_rows(std::span<Row> rows, std::span<const Newcomer> newcomers,
                                    model::Instant recorded) {
    std::size_t ran = 0;
    {
        const storage::MutexLock sequencer(sequencer_);
        const storage::MutexLock keys(keys_);
        // New records lie behind all others; they may span two blocks.
        const StripeLocks::Guard stripes(stripes_, kAllStripes);
        for (; ran < rows.size(); ++ran) {
            if (rows[ran].done) continue;
            const Evidence* const evidence = rows[ran].evidence;
            if (state_.names.find(rows[ran].fingerprint) !=
                (evidence == nullptr ? core::NameCandidates{} : evidence->same_name))
                break;
            enroll_row(rows[ran], newcomers[ran], recorded);
        }
        publish_executed();
    }
    if (ran > 0) commit_if_worth();
    return ran;
}

void EngineImpl::enroll_row(Row& row, const Newcomer& newcomer, model::Instant recorded) {
    core::ProgramState& program = *row.program;
    core::Moment moment;
    Judgement judgement = newcomer.blob.size() > kMaxBlobBytes
                              ? refuse(Refusal::invalid_command)
                              : admission(1, newcomer.blob.size() + sizeof(core::Classified));
    if (judgement.accepted()) judgement = moment_of(program, row.command->at, recorded, moment);
    if (!judgement.accepted()) return finish(row, judgement, {});
    for (const model::KeyDigest& digest : newcomer.digests) {
        const CustomerId holder = program.keys.find(digest);
        if (holder.value == 0) continue;
        finish(row, refuse(Refusal::key_taken, static_cast<std::int64_t>(holder.value)),
               program.customers.at(holder.value).last);
        row.outcome->customer = holder;
        return;
    }
    judgement = core::check_enrollment(newcomer.digests.size(), program.customers.count());
    core::Newcoming newcoming;
    const model::Enrollment& enrollment = *row.command->enrollment;
    if (judgement.accepted() && enrollment.vip.kind != model::KeyKind::none) {
        newcoming.vip = newcomer.vip_by_key ? program.keys.find(newcomer.vip_digest) : enrollment.vip.id;
        if (newcoming.vip.value > program.customers.count()) newcoming.vip = {};
        judgement = core::check_vip(moment, program, newcoming.vip);
    }
    if (judgement.accepted()) judgement = core::check_classes(enrollment.classes, moment);
    if (!judgement.accepted()) return finish(row, judgement, {});
    newcoming.has_code = !enrollment.referral.empty();
    if (newcoming.has_code)
        newcoming.code = core::read_referral_code(state_.hashing, program.id(), enrollment.referral)
                             .value_or(model::Sequence{});

    const CustomerId customer{program.customers.count() + 1};
    core::FactWriter facts = buffer_.writer();
    core::decide_enroll(*row.command, moment, model::Subject::customer(program.id(), customer), program,
                        newcoming, facts);
    // Payouts of the VIP's that have come due may stand before it.
    std::size_t named = 0;
    while (facts.facts()[named].name_kind == model::NameKind::none)
        ++named;
    model::Fact& fact = facts.facts()[named];
    fact.set_blob(buffer_.add_blob(newcomer.blob));
    fact.terminal = {row.command->actor};
    fact.content = state_.hashing.conceal(fact.content);
    add_classes(*row.command, facts);
    buffer_.add_secret({program.id(), customer, newcomer.secret});
    const model::Sequence sequence{buffer_.next().value + named};
    accept(facts, row.fingerprint);
    for (const model::KeyDigest& digest : newcomer.digests)
        program.keys.insert(digest, customer);
    answer(&program, fact, sequence, *row.outcome);
    row.done = true;
    count(counters_.accepted);
}

}  // namespace tim::runtime
