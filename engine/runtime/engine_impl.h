#pragma once

#include <absl/base/thread_annotations.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "engine/core/segment.h"
#include "engine/core/state.h"
#include "engine/runtime/care_queries.h"
#include "engine/runtime/checkpoint_format.h"
#include "engine/runtime/commit_buffer.h"
#include "engine/runtime/counters.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/explain.h"
#include "engine/runtime/follow.h"
#include "engine/runtime/identity.h"
#include "engine/runtime/network_queries.h"
#include "engine/runtime/relation_queries.h"
#include "engine/runtime/reward_queries.h"
#include "engine/runtime/rows.h"
#include "engine/runtime/stripe_locks.h"
#include "storage/mutex.h"

namespace tim::runtime {

/// How far the sweep has come through a program's customers, and up to which version and month it went when
/// it began.
struct TierSweep {
    model::VersionId epoch{};
    model::Month month{};
    std::uint64_t next = 1;         ///< the customer to look at
    model::Month wallet_month{};    ///< up to which wallets are being looked at
    std::size_t wallet_stripe = 0;  ///< the stripe to look at; core::kStripes: none is left
};

/// What memory's digests are seeded with, and what tells that data and vault belong together: both from the
/// secret.
std::uint64_t hash_seed(const storage::SecretKey& secret);
std::uint64_t secret_check(const storage::SecretKey& secret);

/// The engine of engine.h.
///
/// Locks, in the order in which they are taken: `commit_` (held for a whole commit), `sequencer_` (the order
/// of the ledger: whoever decides holds it), `keys_` (the index of keys), stripes in ascending order. Nothing
/// is read from disk under any of them but `commit_`.
class EngineImpl final : public Engine,
                         private CareQueries,
                         private NetworkQueries,
                         private RelationQueries,
                         private RewardQueries {
  public:
    EngineImpl(const EngineOptions& options, storage::Store& store, const model::DocumentFormat& documents,
               Clock& clock, Entropy& entropy);
    ~EngineImpl() override;

    Result<void> recover();
    void start_threads();

    using Engine::execute;
    void execute(std::span<const model::Command> commands, std::span<model::Outcome> outcomes,
                 Follows follows) override;
    void flush() override;
    model::Sequence durable() const override;
    void on_durable(std::function<void()> notify) override {
        const std::lock_guard lock(notify_mutex_);
        notify_durable_ = std::move(notify);
    }
    void on_fatal(std::function<void(const model::Error&)> notify) override {
        const std::lock_guard lock(notify_mutex_);
        notify_fatal_ = std::move(notify);
    }
    void on_space(std::function<void(const SpaceNotice&)> notify) override {
        const std::lock_guard lock(notify_mutex_);
        notify_space_ = std::move(notify);
    }
    std::optional<model::ProgramId> find_program(std::string_view id) const override;
    std::shared_ptr<const model::AccessKey> find_access_key(std::string_view id) const override;
    std::vector<model::Effect> effects(model::Sequence first) const override;
    Result<ProgramVersion> program(model::ProgramId id, model::VersionId version) const override;

    std::vector<ProgramVersion> programs() const override;
    std::vector<model::AccessKey> access_keys() const override;
    Result<CustomerView> show(model::ProgramId program, const model::CustomerRef& customer) override;
    Result<CustomerView> show_as_of(model::ProgramId program, const model::CustomerRef& customer,
                                    model::Instant as_of) override;
    Result<StandingView> standing(model::ProgramId program, const model::CustomerRef& customer) override;
    Result<Explanation> explain(model::ProgramId program, const model::Name& receipt) override;
    Result<WhatIf> what_if(model::ProgramId program, const model::Program& change,
                           const WhatIfQuery& query) override;
    Result<RecomputeReport> recompute(
        model::ProgramId program, const std::function<void(std::uint64_t, std::uint64_t)>& progress) override;
    Result<std::vector<HistoryEntry>> history(model::ProgramId program, const model::CustomerRef& customer,
                                              model::Sequence before, std::size_t limit) override;
    Result<std::vector<CustomerView>> customers(model::ProgramId program, model::CustomerId after,
                                                std::size_t limit) override;
    Result<LedgerPage> ledger(model::ProgramId program, model::Sequence after, std::size_t limit) override;
    Result<AuditPage> audit(const AuditQuery& query) override;
    NetworkQueries& network() override { return *this; }
    RelationQueries& relations() override { return *this; }
    RewardQueries& rewards() override { return *this; }
    FollowQueries& following() override { return following_; }
    IdentityQueries& identity() override { return identity_; }
    CareQueries& care() override { return *this; }
    Result<VerifyReport> verify(const std::function<void(std::uint64_t, std::uint64_t)>& progress) override;
    std::vector<Stat> stats() const override;

    bool step_commit() override;
    bool step_sweep() override;
    Result<void> checkpoint() override;
    Result<void> stop() override;

  private:
    using Commands = std::span<const model::Command>;
    using Outcomes = std::span<model::Outcome>;

    // execute.cpp: rows that run in chunks
    void execute_rows(Commands commands, Outcomes outcomes, model::Instant recorded);
    /// Looks at a row without locks, and notes which lines it will read.
    void prepare(Row& row, core::TouchList& lines);
    void resolve(std::span<Row> rows, core::TouchList& lines) ABSL_LOCKS_EXCLUDED(keys_);
    /// Plans the rows that need it and calls `run(begin, persisted)` until all rows are done; it returns how
    /// many it ran up to the first that must be planned (again). Most chunks go through in one piece, without
    /// a plan. `persisted`: no row without evidence was on disk while names up to there had been persisted.
    template <class Run>
    void run_with_plans(std::span<Row> rows, Run&& run);
    StripeMask stripes_of(std::span<const Row> rows, bool reads_only) const;
    /// Runs rows in order up to the first that must be planned (again); returns how many.
    std::size_t run(std::span<Row> rows, model::Sequence persisted, model::Instant recorded)
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Whether the row's name is as its evidence, or the lack of it, has it.
    bool name_is_new(const Row& row, bool names_moved) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    enum class Progress : std::uint8_t { done, plan };
    Progress run_row(Row& row, const core::Judgement& admitted, model::Instant recorded)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);

    // plain_sales.cpp
    void look_at_moment(PlainMoment& plain, const core::ProgramState& program, model::Instant at,
                        model::Instant recorded) const;
    /// Runs an admitted row whose name is new; false, with nothing done, where it is no plain sale after all.
    bool run_plain_sale(Row& row, PlainMoment& plain, model::Instant recorded)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);

    // execute.cpp, decide_rows.cpp
    /// The customer's record with all done to its tiers that has come due, and the facts that say so; tells
    /// the moment which tier by hand holds.
    core::CustomerRecord settle_time(const core::ProgramState& program, model::CustomerId customer,
                                     core::Moment& moment, core::FactWriter& facts) const;
    /// The same with holds and points: the facts of all that has come due.
    void settle_customer(const core::ProgramState& program, model::CustomerId customer, core::Moment& moment,
                         core::FactWriter& facts) const;
    /// Whether a customer's holds, points or tiers by hand have something due.
    static bool has_due(const core::ProgramState& program, model::CustomerId customer, model::Instant now);
    void read_balance(Row& row, model::Instant clock);
    core::Judgement decide_row(const Row& row, const Evidence& evidence, const core::Moment& moment,
                               model::Subject subject, const core::CustomerRecord& record,
                               const core::Lots* lots, core::FactWriter& facts) const
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// A sale, or the one that completes an order, which is then named.
    core::Judgement decide_sale(const Row& row, const Evidence& evidence, const model::Command& sale,
                                model::Sequence order, const core::Moment& moment, model::Subject subject,
                                const core::CustomerRecord& record, const core::Lots* lots,
                                core::FactWriter& facts) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Puts lines where the facts of a sale or return refer to them.
    void add_lines(const model::Command& command, const Evidence& evidence, core::FactWriter& facts)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Commands about the network and its wallets.
    core::Judgement decide_network(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                   model::Subject subject, const core::CustomerRecord& record,
                                   core::FactWriter& facts) const;
    model::Instant now_of(const core::ProgramState& program, model::Instant clock) const;
    /// When the command is judged, or why it may not be at that time.
    core::Judgement moment_of(const core::ProgramState& program, model::Instant at, model::Instant recorded,
                              core::Moment& moment) const;
    /// Whether so many commands with so many blob bytes in all can be taken now.
    core::Judgement admission(std::size_t commands, std::size_t blob_bytes) const
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Applies what a writer holds and takes it into the buffer. `fingerprint` is that of the command's name.
    void accept(core::FactWriter& facts, std::uint64_t fingerprint) ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Fills in an outcome that is as it was made.
    void answer(const core::ProgramState* program, const model::Fact& fact, model::Sequence sequence,
                model::Outcome& outcome) const;
    void add_to_answer(const core::ProgramState* program, const model::Fact& fact,
                       model::Outcome& outcome) const;
    void finish(Row& row, const core::Judgement& judgement, model::Sequence depends_on);

    // plan.cpp: evidence from the ledger
    /// Commands that cannot be decided from memory alone run by themselves, behind a plan.
    static bool needs_evidence(const model::Command& command) {
        using enum model::CommandKind;
        return command.kind == voided || command.kind == capture || command.kind == release ||
               ((command.kind == returned || command.kind == redeem) &&
                command.original.kind != model::NameKind::none) ||
               model::ends_payout(command.kind) || model::changes_order(command.kind) ||
               model::changes_care(command.kind) || model::changes_keys(command.kind) ||
               command.kind == claim || !voucher_named_by(command).empty() ||
               (command.details != nullptr && command.kind != balance);
    }
    /// The code of a voucher that a command moves, or names beside an amount; empty: none.
    static std::string_view voucher_named_by(const model::Command& command) {
        if (command.reward != nullptr) return command.reward->voucher;
        return command.details != nullptr ? command.details->voucher : std::string_view();
    }
    /// Whether a sale may come with a referral code: of a program that never had any the code alone tells.
    static bool may_have_code(const model::Command& command, const core::ProgramState& program,
                              const Evidence& evidence) {
        return model::sells(command.kind) &&
               (program.has_parties() || (command.details != nullptr && !command.details->referral.empty()) ||
                (evidence.order && !evidence.order->texts.referral.empty()));
    }
    void plan(Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Those of the rows whose names may have been used before.
    std::vector<Row*> repeats(std::span<Row> rows) const ABSL_LOCKS_EXCLUDED(sequencer_);
    void plan_return(const Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    void plan_hold_end(const Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    void plan_payout(const Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    void plan_code(const Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The code that a sale is judged with: that it carries, or that the referee has kept for it. 0: one of
    /// nobody's.
    std::optional<model::Sequence> code_of(const Row& row, const Evidence& evidence) const
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// What is left of a sale, and by which fact.
    void read_remaining(const core::NameCandidates& state, core::SaleEvidence& sale) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The lines of a sale, and what the newest return, if there is one, has left of them.
    void read_lines(const storage::StoredFact& reduced, core::SaleEvidence& sale) const;
    std::vector<model::SaleLine> lines_of(const std::vector<core::RecordedFact>& parts) const;
    void find_orders(core::SaleEvidence& sale, Evidence& evidence, const core::ProgramState& program)
        ABSL_LOCKS_EXCLUDED(sequencer_);
    core::NameCandidates candidates(std::uint64_t fingerprint) const ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Calls `visit(fact)` with each fact that a fingerprint leads to, newest first, until it returns true.
    bool visit_candidates(std::uint64_t fingerprint, const core::NameCandidates& candidates,
                          const std::function<bool(const storage::StoredFact&)>& visit) const;
    /// The fact at a sequence, durable or not.
    storage::StoredFact fact_at(model::Sequence sequence) const ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The facts of the transaction that begins at a sequence.
    std::vector<core::RecordedFact> transaction_at(model::Sequence first) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Answers a row whose name was used before.
    void answer_repeat(Row& row, const storage::StoredFact& first);
    bool evidence_holds(const Row& row, const Evidence& evidence) const
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);

    // orders.cpp
    void plan_order(const Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Where an order stands, by the fact that placed it. `state` becomes what the index said.
    core::OrderEvidence read_order(const storage::StoredFact& placed, core::NameCandidates& state) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The fact that a receipt names in a program; none when there is no such receipt.
    std::optional<storage::StoredFact> find_receipt(model::ProgramId program, const model::Name& receipt,
                                                    const core::NameCandidates& found) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The sale of a receipt: that of a till, or the one that completed the order of the receipt.
    std::optional<storage::StoredFact> find_sale(model::ProgramId program, const model::Name& receipt) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The receipt of a sale: its own, or that of the order that it completed.
    model::Name receipt_of(const model::Fact& sale) const ABSL_LOCKS_EXCLUDED(sequencer_);
    core::Judgement decide_order(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                 model::Subject subject, const core::CustomerRecord& record,
                                 const core::Lots* lots, core::FactWriter& facts) const
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Adds to the buffer what an order's newest fact says in words.
    void add_order_texts(const model::Command& command, const Evidence& evidence, core::FactWriter& facts)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    Result<OrderView> order_view(core::ProgramState& program, const storage::StoredFact& placed);
    Result<OrderView> order(model::ProgramId program, const model::Name& receipt) override;
    Result<OrdersPage> orders(model::ProgramId program, const model::CustomerRef& customer, bool pending,
                              model::Sequence before, std::size_t limit) override;

    // care.cpp
    void plan_care(const Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Where a task that was planned stands. `state` becomes what the index said.
    core::CareEvidence read_care(model::Sequence task, core::NameCandidates& state) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    bool care_holds(const Evidence& evidence) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    core::Judgement decide_care(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                model::Subject subject, const core::CustomerRecord& record,
                                core::FactWriter& facts) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Adds to the buffer what a task's newest fact says in words.
    void add_care_texts(const model::Command& command, const Evidence& evidence, core::FactWriter& facts)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Says of a history's entry about care which task it is of.
    void tell_care(HistoryEntry& entry) const ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The first key and the name of a customer.
    Result<void> tell_person(core::ProgramState& program, model::CustomerId customer, std::string& key,
                             std::string& name);
    Result<CarePage> care_calendar(model::ProgramId program, const CareFilter& filter,
                                   const CareCursor& after, std::size_t limit) override;
    Result<CarePage> care_of(model::ProgramId program, const model::CustomerRef& customer,
                             model::Sequence before, std::size_t limit) override;
    Result<std::vector<BirthdayView>> birthdays(model::ProgramId program, model::Instant from,
                                                std::int32_t days) override;
    Result<void> write_care(const core::ProgramState& program);
    /// Stripes in which the calendar is not what the ledger says up to `through`.
    std::vector<std::string> check_care(const core::ProgramState& live, const core::ProgramState& folded,
                                        model::Sequence through) const;

    // classify.cpp
    /// Puts what a customer is classified by after a command where the command's fact refers to it.
    void add_classes(const model::Command& command, core::FactWriter& facts)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);

    // vouchers.cpp
    void plan_voucher(const Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The vouchers that campaigns gave with a sale of which nothing is to be left.
    void plan_granted(core::SaleEvidence& sale, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Where a voucher stands, by the fact that issued it. `state` becomes what the index said.
    core::VoucherEvidence read_voucher(const storage::StoredFact& issued, core::NameCandidates& state) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The fact that issued the voucher of a code; none when it is no code of the program.
    std::optional<storage::StoredFact> find_voucher(model::ProgramId program, std::string_view code) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Whether what the evidence says of vouchers is still so.
    bool vouchers_hold(const Evidence& evidence) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    core::Judgement decide_rewards(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                   model::Subject subject, const core::CustomerRecord& record,
                                   const core::Lots* lots, core::FactWriter& facts) const
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Fills in what an effect tells of a voucher or reward.
    void tell_voucher(const core::RecordedFact& part, model::Effect& effect) const;
    VoucherView voucher_view(core::ProgramState& program, const storage::StoredFact& issued,
                             model::Sequence& newest) const ABSL_LOCKS_EXCLUDED(sequencer_);
    Result<VoucherView> voucher(model::ProgramId program, std::string_view code) override;
    Result<VouchersPage> vouchers(model::ProgramId program, const model::CustomerRef& customer,
                                  model::Sequence before, std::size_t limit) override;
    Result<std::vector<RewardView>> catalogue(model::ProgramId program,
                                              const model::CustomerRef& customer) override;

    // people.cpp
    /// When a customer was enrolled, by the fact that the record's `profile` leads to.
    static model::Instant enrolled_at(const model::Fact& profile);
    model::EnrollmentRecord profile_record(const storage::StoredFact& profile) const;
    /// The key that seals what is a person's, be it safe already or on its way; not_found: it was destroyed.
    model::Result<storage::SecretKey> secret_of(model::ProgramId program, model::CustomerId customer) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// What is sealed there; `secret` becomes the customer's key.
    model::Profile unseal_profile(model::ProgramId program, model::CustomerId customer,
                                  const model::EnrollmentRecord& record, storage::SecretKey& secret) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Whom a row names, or nobody. Somebody holds the lock of the keys.
    model::CustomerId holder_of(const Row& row) const;
    void plan_person(const Row& row, Evidence& evidence) ABSL_LOCKS_EXCLUDED(sequencer_, keys_);
    /// One command that changes keys or name.
    void execute_key_change(Commands commands, Outcomes outcomes, model::Instant recorded);
    /// False when it must be planned (again).
    bool run_key_change(Row& row, model::Instant recorded) ABSL_LOCKS_EXCLUDED(sequencer_, keys_);
    core::Judgement decide_person(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                  model::Subject subject, const core::CustomerRecord& record,
                                  core::FactWriter& facts) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Puts into the buffer who a customer is from now on.
    void add_person(const model::Command& command, const Evidence& evidence, core::FactWriter& facts)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Does to the index of keys what facts that were accepted say. The caller holds its lock.
    void change_keys(core::FactWriter& facts) ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Whether the customer of a fact has, or once had, a key.
    bool had_key(const model::Fact& fact, const model::KeyDigest& digest) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The customer's sale that an anonymous one was claimed as; none when it was not. `state`: what the
    /// index says of the receipt.
    std::optional<storage::StoredFact> find_claim(model::Sequence sale,
                                                  const core::NameCandidates& state) const;
    core::Judgement decide_claim(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                 model::Subject subject, const core::CustomerRecord& record,
                                 const core::Lots* lots, core::FactWriter& facts) const
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);

    // enroll.cpp, administer.cpp: commands that carry documents
    void execute_enrollments(Commands commands, Outcomes outcomes, model::Instant recorded);
    std::size_t enroll_rows(std::span<Row> rows, std::span<const Newcomer> newcomers, model::Instant recorded)
        ABSL_LOCKS_EXCLUDED(sequencer_, keys_);
    void enroll_row(Row& row, const Newcomer& newcomer, model::Instant recorded)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_, keys_);
    void administer(const model::Command& command, model::Outcome& outcome, model::Instant recorded);
    bool administer_row(Row& row, const model::Bytes& document, const core::NameCandidates& same_name,
                        model::Instant recorded) ABSL_LOCKS_EXCLUDED(sequencer_);
    core::Judgement decide_program(const model::Command& command, const model::Bytes& document,
                                   model::Instant recorded, core::FactWriter& facts, model::Outcome& outcome)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    core::Judgement decide_access(const model::Command& command, core::FactWriter& facts)
        ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);

    // committer.cpp, background.cpp
    /// Records time-outs of holds, points that have matured or expired, and where tiers by hand begin and
    /// end; returns of how many customers, up to `most`.
    std::size_t sweep_books(core::ProgramState& program, model::Instant recorded, std::size_t most);
    /// Records the tiers of customers whom a month's end or a new version has passed, as far as a bounded
    /// number of looks goes.
    bool sweep_tiers(core::ProgramState& program, model::Instant recorded);
    /// Records the payouts that a month's beginning has made due.
    bool sweep_wallets(core::ProgramState& program, model::Instant recorded);
    void commit_loop();
    void upkeep_loop();
    void watch_space() ABSL_LOCKS_EXCLUDED(sequencer_);
    void checkpoint_loop();
    /// Has the committer take what waits.
    void ask_commit();
    /// What has been executed so far may be looked at.
    void publish_executed() ABSL_EXCLUSIVE_LOCKS_REQUIRED(sequencer_);
    /// Whether a crash could now take no more than what one window of Durability::async has executed.
    bool within_window() const;
    /// Whether a commit of what waits is short enough to be the business of whoever brought it. On two
    /// processors, handing a few rows to the committer and being woken again costs more than the commit, and
    /// a third thread for two processors makes clients wait for one.
    bool little_waits() const;
    /// Rows have run, and perhaps more follow: asks for a commit once it is worth its fixed cost.
    void commit_if_worth();
    /// The caller's rows have run: commits what little waits in its thread; more is the committer's, at once
    /// unless more follows.
    void commit_rest(Follows follows) ABSL_LOCKS_EXCLUDED(sequencer_);
    bool commit() ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_) ABSL_LOCKS_EXCLUDED(sequencer_);
    bool step_names();
    Result<void> persist_names(model::Sequence through) ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Waits until a sequence is durable; false when a commit has failed.
    bool wait_durable(model::Sequence sequence) ABSL_LOCKS_EXCLUDED(sequencer_);

    // checkpoint.cpp, recovery.cpp
    Result<void> write_customers(const core::ProgramState& program) ABSL_LOCKS_EXCLUDED(sequencer_);
    Result<void> write_keys(const core::ProgramState& program) ABSL_LOCKS_EXCLUDED(keys_);
    void replay_keys(const model::Fact& fact, model::Sequence sequence, model::BytesView blob);
    void replay_fact(const model::Fact& fact, model::Sequence sequence, model::BytesView blob);
    Result<void> load_checkpoint();
    Result<void> replay();

    // what_if.cpp
    /// A bounded piece of a recomputation, from customer `next` on; returns who is next. What ended it early
    /// is in `judgement`.
    std::uint64_t recompute_some(core::ProgramState& program, std::uint64_t next, RecomputeReport& report,
                                 core::Judgement& judgement) ABSL_LOCKS_EXCLUDED(sequencer_);

    // verify.cpp
    /// Differences between the names of durable facts and the index of names, as sentences; of keys likewise.
    std::vector<std::string> check_names(const storage::Batch& batch, model::Sequence newest) const
        ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The same between the budgets of campaigns and those that the ledger up to `through` leads to.
    std::vector<std::string> check_budgets(const core::ProgramState& live, const core::ProgramState& folded,
                                           model::Sequence through) const ABSL_LOCKS_EXCLUDED(sequencer_);
    /// The same between how many of each reward are given out.
    std::vector<std::string> check_rewards(const core::ProgramState& live, const core::ProgramState& folded,
                                           model::Sequence through) const ABSL_LOCKS_EXCLUDED(sequencer_);
    /// Whether a fact that says who its customer is is the newest that does.
    bool says_who(const model::Fact& fact, model::Sequence sequence) const;
    /// `entries` of the index lead to the customer; 0 when it was not counted.
    std::vector<std::string> check_keys(const model::Fact& fact, model::BytesView blob,
                                        std::size_t entries) const ABSL_LOCKS_EXCLUDED(keys_);
    /// Counts, for each id below `ids`, the entries of the index of keys that lead to it. Entries that lead
    /// to nobody are differences.
    std::vector<std::string> count_keys(const core::ProgramState& program, std::size_t ids,
                                        std::vector<std::uint8_t>& counts) const ABSL_LOCKS_EXCLUDED(keys_);
    /// Whether the index of names, in memory or on disk, leads from a fingerprint to a fact or a newer one.
    bool leads_to(std::uint64_t fingerprint, model::Sequence sequence) const ABSL_LOCKS_EXCLUDED(sequencer_);

    // network_queries.cpp
    Result<VipView> vip(model::ProgramId program, const model::CustomerRef& customer) override;
    Result<MembersPage> members(model::ProgramId program, const model::CustomerRef& vip,
                                model::CustomerId after, std::size_t limit) override;
    Result<std::vector<HistoryEntry>> statement(model::ProgramId program, const model::CustomerRef& vip,
                                                model::Sequence before, std::size_t limit) override;
    Result<std::vector<PayoutView>> payouts(model::ProgramId program, model::CustomerId after,
                                            std::size_t limit) override;
    Result<ReferralView> referral(model::ProgramId program, const model::CustomerRef& customer,
                                  std::size_t limit) override;
    Result<CodeView> code(model::ProgramId program, const model::Name& receipt) override;

    // segments.cpp
    /// An expression compiled as of now.
    Result<core::Segment> compile_segment(const core::ProgramState& program, std::string_view text,
                                          model::Instant now) const;
    Result<SegmentCount> segment_count(model::ProgramId program, std::string_view segment) override;
    Result<SegmentPage> segment(model::ProgramId program, std::string_view segment, model::CustomerId after,
                                std::size_t limit) override;
    Result<SegmentReport> segment_report(model::ProgramId program, std::string_view segment,
                                         const std::vector<Dimension>& by) override;
    /// Calls `look(thread, first, last)` for all blocks of customers, under the block's stripe, on some
    /// threads; ends early, with an error, when queries are to stop.
    Result<void> visit_blocks(
        const core::ProgramState& program, std::size_t threads,
        const std::function<void(std::size_t, std::uint64_t, std::uint64_t)>& look) const;

    // queries.cpp
    Result<model::CustomerId> resolve_customer(const core::ProgramState& program,
                                               const model::CustomerRef& customer) const
        ABSL_LOCKS_EXCLUDED(keys_);
    /// A customer's record as of now, settled, and the rules that it stands under.
    core::PointsDraft settled_now(core::ProgramState& program, model::CustomerId customer,
                                  const core::Rules*& rules) const;
    CustomerView view_of(core::ProgramState& program, model::CustomerId customer, model::Sequence& profile,
                         model::Sequence& last);
    IdentityHooks identity_hooks();  // passwords.cpp
    /// The transaction that a fact belongs to.
    Transaction transaction_of(model::Sequence sequence) const;
    /// What the rest of a sale had earned before a return.
    model::Points earned_before(const Transaction& back, const storage::StoredFact& sale) const;
    HistoryEntry history_entry(storage::StoredFact stored) const;
    /// A subject's facts below `before`, newest first, from its newest on.
    Result<std::vector<HistoryEntry>> walk(model::Subject subject, model::Sequence newest,
                                           model::Sequence before, std::size_t limit);
    Result<void> add_profile(const core::ProgramState& program, model::Sequence profile,
                             CustomerView& view) const;

    const EngineOptions options_;
    storage::Store& store_;
    const model::DocumentFormat& documents_;
    Clock& clock_;
    Entropy& entropy_;

    storage::Mutex commit_ ABSL_ACQUIRED_BEFORE(sequencer_);  ///< one commit at a time
    mutable storage::Mutex sequencer_;
    mutable storage::Mutex keys_ ABSL_ACQUIRED_AFTER(sequencer_);
    mutable StripeLocks stripes_;

    core::State state_;
    Following following_{state_, store_, documents_, options_.stop_queries};
    Identity identity_;
    CommitBuffer buffer_ ABSL_GUARDED_BY(sequencer_);
    /// Sequences up to which each block of customers is in the checkpoint, by program; only the checkpoint's
    /// thread.
    std::vector<std::vector<model::Sequence>> saved_blocks_;
    /// Customers, and changes of keys, that are in the checkpoint, by program.
    std::vector<std::uint64_t> saved_keys_;
    /// Up to which sequence the care calendar is in the checkpoint, by program and stripe.
    std::vector<std::array<model::Sequence, core::kStripes>> saved_care_;
    // Recovery's: up to where the blocks of keys go, by program, and whose key the ledger says is destroyed.
    std::map<std::uint16_t, std::array<model::Sequence, kKeyBlocks>> saved_key_blocks_;
    std::vector<ErasedCustomer> erased_;
    std::vector<TierSweep> tier_sweeps_ ABSL_GUARDED_BY(sequencer_);  ///< by program
    storage::Mutex checkpoint_;  ///< one checkpoint, or one flush of names, at a time
    model::Sequence saved_through_{};

    mutable storage::Mutex access_;  ///< guards state_.access_keys for readers beside the sequencer

    std::atomic<std::uint64_t> durable_{0};
    std::atomic<std::uint64_t> executed_{0};
    std::atomic<std::uint64_t> taken_{0};  ///< by the newest commit, done or under way
    /// When the oldest fact that is not durable was recorded, or kNoInstant; kept for Durability::async
    /// alone.
    std::atomic<std::int64_t> waiting_since_ms_{model::kNoInstant.value};
    std::atomic<bool> failed_{false};
    std::atomic<bool> stopping_{false};   ///< no more commands
    std::atomic<bool> finishing_{false};  ///< threads end
    std::atomic<bool> commit_asked_{false};
    std::atomic<std::size_t> worth_a_commit_{kLeastWorthACommit};  ///< facts
    std::atomic<std::uint32_t> work_{0};                           ///< changes when a commit is asked for
    std::atomic<bool> committer_waits_{false};
    std::mutex durable_mutex_;
    std::condition_variable durable_changed_;

    std::mutex notify_mutex_;  ///< the threads run before anybody asks to be told
    std::function<void()> notify_durable_;
    std::function<void(const model::Error&)> notify_fatal_;
    std::function<void(const SpaceNotice&)> notify_space_;
    std::atomic<bool> disk_full_{false};   ///< as it was told; the upkeep's thread writes it
    std::uint64_t refused_disk_full_ = 0;  ///< the upkeep's: refusals when it was last told
    mutable Counters counters_;
    std::array<std::atomic<std::uint64_t>, 256> refusals_{};  ///< by the refusal's code

    std::thread committer_thread_;
    std::thread upkeep_thread_;
    std::thread checkpoint_thread_;
    std::mutex upkeep_mutex_;
    std::condition_variable upkeep_wakes_;
};

template <class Run>
void EngineImpl::run_with_plans(std::span<Row> rows, Run&& run) {
    std::vector<std::unique_ptr<Evidence>> plans;
    const auto plan_row = [&](Row& row) {
        if (row.done) return;
        Evidence& evidence = *plans.emplace_back(std::make_unique<Evidence>());
        row.evidence = &evidence;
        plan(row, evidence);
    };
    const model::Sequence persisted = state_.names.persisted_through();
    for (Row& row : rows) {
        if ((!row.plain && needs_evidence(*row.command)) || state_.names.maybe_on_disk(row.fingerprint))
            plan_row(row);
    }
    int rounds = 0;
    for (std::size_t begin = 0; begin < rows.size();) {
        const std::size_t ran = run(begin, persisted);
        begin += ran;
        if (begin == rows.size()) return;
        rounds = ran == 0 ? rounds + 1 : 1;
        if (rounds > kMaxPlans) {
            finish(rows[begin], core::refuse(model::Refusal::overloaded), {});
            continue;
        }
        plan_row(rows[begin]);
        for (Row* row : repeats(rows.subspan(begin + 1)))
            plan_row(*row);
    }
}

}  // namespace tim::runtime
