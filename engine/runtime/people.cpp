// Who customers are: other keys, erased, and receipts that were nobody's.
#include <algorithm>

#include "engine/core/apply.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/explain_told.h"
#include "engine/runtime/seal.h"

namespace tim::runtime {

using core::Judgement;
using core::refuse;
using model::CommandKind;
using model::CustomerId;
using model::Fact;
using model::FactType;
using model::KeyDigest;
using model::Refusal;
using model::Sequence;
using model::SubjectKind;
using storage::StoredFact;

namespace {

/// Keys that a customer had once, of whom so many are remembered: a repeat may name its customer by one.
constexpr std::size_t kMaxFormerKeys = 64;

void remember(std::vector<KeyDigest>& former, const KeyDigest& digest) {
    if (std::ranges::find(former, digest) != former.end()) return;
    if (former.size() == kMaxFormerKeys) former.erase(former.begin());
    former.push_back(digest);
}

/// The keys of a rekey in normal form; they have been looked at by `check_command`.
std::vector<model::Key> normal(const std::vector<model::CustomerRef>& refs) {
    std::vector<model::Key> keys;
    for (const model::CustomerRef& ref : refs) {
        auto key = model::normalize_key(ref.kind, ref.text);
        TIM_INVARIANT(key, "the keys of a command that is planned are well formed");
        if (std::ranges::find(keys, *key) == keys.end()) keys.push_back(std::move(*key));
    }
    return keys;
}

}  // namespace

model::Instant EngineImpl::enrolled_at(const Fact& profile) {
    return profile.type == FactType::enrolled ? profile.at : model::Instant{profile.amount.value};
}

model::EnrollmentRecord EngineImpl::profile_record(const StoredFact& profile) const {
    auto record = documents_.decode_enrollment(profile.blob);
    if (!record) core::broken_invariant("documents.decode_enrollment", record.error().message);
    return std::move(*record);
}

model::Result<storage::SecretKey> EngineImpl::secret_of(model::ProgramId program, CustomerId customer) const {
    {
        const storage::MutexLock lock(sequencer_);
        if (const auto waiting = buffer_.find_secret(program, customer)) return *waiting;
    }
    return store_.vault().get(program, customer);
}

model::Profile EngineImpl::unseal_profile(model::ProgramId program, CustomerId customer,
                                          const model::EnrollmentRecord& record,
                                          storage::SecretKey& secret) const {
    const auto kept = secret_of(program, customer);
    if (!kept) core::broken_invariant("vault.get", kept.error().message);
    secret = *kept;
    const auto plain = unseal(secret, record.sealed_profile);
    if (!plain) core::broken_invariant("unseal", plain.error().message);
    auto profile = documents_.decode_profile(*plain);
    if (!profile) core::broken_invariant("documents.decode_profile", profile.error().message);
    return std::move(*profile);
}

CustomerId EngineImpl::holder_of(const Row& row) const {
    const core::ProgramState& program = *row.program;
    const CustomerId found = row.by_key ? program.keys.find(row.digest) : row.command->customer.id;
    return found.value > program.customers.count() ? CustomerId{} : found;
}

void EngineImpl::plan_person(const Row& row, Evidence& evidence) {
    PersonEvidence& person = evidence.person.emplace();
    const core::ProgramState& program = *row.program;
    {
        const storage::ReaderLock lock(keys_);
        person.customer = holder_of(row);
    }
    if (person.customer.value == 0) return;
    bool erased = false;
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(person.customer));
        const core::CustomerRecord& record = program.customers.at(person.customer.value);
        person.profile = record.profile;
        erased = (record.flags & core::kRecordErased) != 0;
    }
    if (erased) return;  // which refuses the command
    const StoredFact stored = fact_at(person.profile);
    model::EnrollmentRecord record = profile_record(stored);
    person.enrolled_at = enrolled_at(stored.fact);

    model::EnrollmentRecord after;
    after.former = record.former;
    if (row.command->kind == CommandKind::erase) {
        for (const KeyDigest& digest : record.digests)
            remember(after.former, digest);
        after.reason = row.command->reason;
        person.blob = documents_.encode(after);
        return;
    }
    const model::Enrollment& terms = *row.command->enrollment;
    storage::SecretKey secret{};
    model::Profile profile = unseal_profile(program.id(), person.customer, record, secret);
    for (const model::Key& key : normal(terms.drop)) {
        const auto found = std::ranges::find(profile.keys, key);
        if (found == profile.keys.end()) {
            person.judgement = refuse(Refusal::unknown_key);
            continue;
        }
        profile.keys.erase(found);
        remember(after.former, state_.hashing.key(key.kind, key.text));
    }
    for (const model::Key& key : normal(terms.keys)) {
        if (std::ranges::find(profile.keys, key) != profile.keys.end()) continue;
        profile.keys.push_back(key);
        person.added.push_back(state_.hashing.key(key.kind, key.text));
    }
    if (person.judgement.accepted() && profile.keys.empty()) person.judgement = refuse(Refusal::last_key);
    if (profile.keys.size() > model::kMaxKeysPerCustomer) person.judgement = refuse(Refusal::too_many_keys);
    if (!terms.keeps_name) profile.name = terms.name;
    for (const model::Key& key : profile.keys) {
        after.digests.push_back(state_.hashing.key(key.kind, key.text));
        std::erase(after.former, after.digests.back());
    }
    SealNonce nonce;
    entropy_.fill(nonce);
    after.sealed_profile = seal(secret, nonce, documents_.encode(profile));
    person.blob = documents_.encode(after);
}

void EngineImpl::execute_key_change(Commands commands, Outcomes outcomes, model::Instant recorded) {
    Row row;
    row.command = commands.data();
    row.outcome = outcomes.data();
    outcomes.front() = model::Outcome{};
    core::TouchList lines;
    prepare(row, lines);
    if (!row.done) resolve(std::span(&row, 1), lines);
    run_with_plans(std::span(&row, 1), [&](std::size_t, Sequence) -> std::size_t {
        return run_key_change(row, recorded) ? 1 : 0;
    });
}

bool EngineImpl::run_key_change(Row& row, model::Instant recorded) {
    {
        const storage::MutexLock sequencer(sequencer_);
        const storage::MutexLock keys(keys_);
        const StripeLocks::Guard stripes(stripes_, kAllStripes);
        if (row.done) return true;
        if (row.evidence == nullptr || state_.names.find(row.fingerprint) != row.evidence->same_name)
            return false;
        // Whose the key is may have changed since it was looked up.
        row.customer = holder_of(row);
        if (!row.evidence->person || row.evidence->person->customer != row.customer) return false;
        const bool planned_well = run_row(row, admission(1, kMaxRowBlobBytes), recorded) == Progress::done;
        publish_executed();
        if (!planned_well) return false;
    }
    commit_if_worth();
    return true;
}

Judgement EngineImpl::decide_person(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                    model::Subject subject, const core::CustomerRecord& record,
                                    core::FactWriter& facts) const {
    const model::Command& command = *row.command;
    switch (command.kind) {
        case CommandKind::rekey: {
            const PersonEvidence& person = *evidence.person;
            for (const KeyDigest& digest : person.added) {
                const CustomerId holder = row.program->keys.find(digest);
                if (holder.value != 0 && holder.value != subject.id())
                    return refuse(Refusal::key_taken, static_cast<std::int64_t>(holder.value));
            }
            if (!person.judgement.accepted()) return person.judgement;
            if (person.blob.size() > kMaxRowBlobBytes) return refuse(Refusal::invalid_command);
            return core::decide_rekey(command, moment, subject, record, person.enrolled_at, facts);
        }
        case CommandKind::erase: {
            const core::Classified& known = row.program->classified_of({subject.id()});
            return core::decide_erase(command, moment, subject, record, evidence.person->enrolled_at,
                                      known.birthday != model::Birthday{}, facts);
        }
        default:
            return core::decide_block(command, moment, subject, record, facts);
    }
}

void EngineImpl::add_person(const model::Command& command, const Evidence& evidence,
                            core::FactWriter& facts) {
    for (Fact& fact : facts.facts()) {
        if (fact.type == FactType::rekeyed || fact.type == FactType::erased) {
            fact.set_blob(buffer_.add_blob(evidence.person->blob));
            fact.content = state_.hashing.conceal(fact.content);
        }
        if (fact.type == FactType::classified && command.kind == CommandKind::erase) {
            const core::ProgramState& program = *state_.program(fact.subject.program());
            core::Classified after = program.classified_of({fact.subject.id()});
            after.birthday = {};
            fact.set_blob(buffer_.add_blob(std::as_bytes(std::span(&after, 1))));
        }
    }
}

void EngineImpl::change_keys(core::FactWriter& facts) {
    for (const Fact& fact : facts.facts()) {
        if (!core::changes_keys(fact.type)) continue;
        core::apply_keys(state_, fact, buffer_.blob_of(fact));
        if (fact.type == FactType::erased) buffer_.add_erased({fact.subject.program(), {fact.subject.id()}});
    }
}

bool EngineImpl::had_key(const Fact& fact, const KeyDigest& digest) const {
    if (fact.subject.kind() != SubjectKind::customer) return false;
    const core::ProgramState& program = *state_.program(fact.subject.program());
    Sequence profile;
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit({fact.subject.id()}));
        profile = program.customers.at(fact.subject.id()).profile;
    }
    const StoredFact stored = fact_at(profile);
    if (stored.fact.type == FactType::enrolled) return false;
    const model::EnrollmentRecord record = profile_record(stored);
    return std::ranges::find(record.former, digest) != record.former.end() ||
           std::ranges::find(record.digests, digest) != record.digests.end();
}

// ------------------------------------------------------------------------------------------------ claims

std::optional<StoredFact> EngineImpl::find_claim(Sequence sale, const core::NameCandidates& state) const {
    std::optional<StoredFact> claim;
    visit_candidates(
        state_.hashing.state_of(SubjectKind::receipt, sale), state, [&](const StoredFact& stored) {
            if (stored.fact.subject.kind() != SubjectKind::receipt || stored.fact.subject.id() != sale.value)
                return false;
            if (stored.fact.type == FactType::receipt_claimed) claim = fact_at({stored.fact.party.related});
            return true;
        });
    return claim;
}

Judgement EngineImpl::decide_claim(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                   model::Subject subject, const core::CustomerRecord& record,
                                   const core::Lots* lots, core::FactWriter& facts) const {
    const core::SaleEvidence& found = *evidence.sale;
    if (const Judgement judgement = core::check_claim(found); !judgement.accepted()) return judgement;
    model::Command claim = core::claim_of(*row.command, found);
    if (!evidence.claimed.lines.empty()) claim.details = &evidence.claimed;
    const Judgement sold =
        decide_sale(row, evidence, claim, found.sequence, moment, subject, record, lots, facts);
    if (!sold.accepted()) return sold;
    const auto written = facts.facts();
    const auto named = std::ranges::find_if(
        written, [](const Fact& fact) { return fact.name_kind != model::NameKind::none; });
    named->flags |= model::kFactClaims;
    const Sequence sequence{facts.next().value - static_cast<std::uint64_t>(written.end() - named)};
    return core::note_claim(found, sequence, subject, row.program->customers.at(0), moment, facts);
}

// ------------------------------------------------------------------------------------------ explanations

void explain_person(const Told& told, Lines& lines) {
    const auto say = [&](std::string sentence) { lines.push_back(told.bare_line(std::move(sentence))); };
    switch (told.fact().type) {
        case FactType::customer_blocked:
            return say("The customer is blocked: earns, and spends nothing.");
        case FactType::customer_unblocked:
            return say("The customer is not blocked any more.");
        case FactType::rekeyed:
            return say("The customer has other keys or another name.");
        case FactType::erased:
            return say("Who the customer is was erased; the figures stay.");
        case FactType::claimed: {
            lines.push_back(told.whole_line(
                fmt::format("What was left of the sale is customer id:{}'s, and nobody's no more.",
                            told.fact().party.counterparty)));
            return;
        }
        default:
            return say(
                fmt::format("The receipt is claimed by customer id:{}.", told.fact().party.counterparty));
    }
}

}  // namespace tim::runtime
