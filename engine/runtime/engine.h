#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/record.h"
#include "engine/model/access.h"
#include "engine/model/command.h"
#include "engine/model/documents.h"
#include "engine/model/effect.h"
#include "engine/model/result.h"
#include "engine/runtime/insight.h"
#include "engine/runtime/seams.h"
#include "storage/store.h"

namespace tim::runtime {

using model::Result;

class FollowQueries;
class IdentityQueries;
class NetworkQueries;
class RelationQueries;
class CareQueries;
class RewardQueries;

enum class Durability : std::uint8_t {
    sync,  ///< an answer means that the change is on disk
    /// Answers go out at once while the oldest change that is not on disk is younger than `async_window_ms`,
    /// else they wait: what a crash can take of what was answered was executed within one window.
    async,
};

enum class TimeSource : std::uint8_t {
    system,  ///< now is the wall clock
    events,  ///< now is the latest `at` that the program has seen; nothing is too late
};

struct EngineOptions {
    Durability durability = Durability::sync;
    TimeSource time = TimeSource::system;
    std::int64_t async_window_ms = 100;
    std::int64_t checkpoint_interval_ms = 60'000;
    std::size_t names_in_memory = 16'000'000;  ///< names kept in memory before the oldest leave for the disk
    std::size_t recovery_threads = 2;
    bool background_threads = true;  ///< false: tests step the engine themselves
    /// Once a stop is asked for, queries that may take long end early with `unavailable`, those that run and
    /// those that come. The process asks before it stops the server, which waits for them.
    std::stop_token stop_queries;
};

/// One customer as of now, settled.
struct CustomerView {
    model::CustomerId id{};
    std::vector<model::Key> keys;  ///< empty when the person's key was destroyed
    std::string name;
    model::VersionId version{};
    std::uint8_t tier = 0;
    model::Points points{};
    model::Points held{};
    model::Points spendable{};
    model::Points pending{};  ///< earned, and not to be spent yet: not in `points`
    /// When the next points expire that no hold reserves, and how many (pending ones too); kNoInstant: none.
    model::Instant next_expiry = model::kNoInstant;
    model::Points expiring{};
    model::Points ranking_points{};
    std::int64_t period_metric = 0;  ///< the figure that the program's criterion looks at, in its unit
    model::Money lifetime_spend{};
    model::Money month_spend{};
    std::uint32_t orders = 0;
    model::Instant enrolled_at{};
    model::Instant first_order_at = model::kNoInstant;
    model::Instant last_order_at = model::kNoInstant;
    core::CustomerClass customer_class = core::CustomerClass::retail;
    model::CustomerId vip{};              ///< above the customer; 0: nobody
    model::Money commission_available{};  ///< below 0: what came back after it was paid out
    model::Money commission_pending{};
    std::uint32_t orders_pending = 0;  ///< web orders, neither completed nor cancelled
    model::Money orders_pending_amount{};
    model::Points orders_pending_points{};  ///< what they would earn if they were completed now
    model::CustomerClasses classes;         ///< with the status that follows from the figures
    bool blocked = false;                   ///< earns, and spends nothing
    bool erased = false;                    ///< nobody knows who it was
};

/// One line of a customer's history.
struct HistoryEntry {
    storage::StoredFact stored;
    std::string original;  ///< the receipt that a return named, as TERMINAL/NUMBER
    std::string reason;    ///< of an adjustment, and of what else came with words
};

/// A piece of the ledger: the facts of one program.
struct LedgerPage {
    std::vector<storage::StoredFact> facts;  ///< without their blobs
    model::Sequence next{};  ///< go on above this, which may be another program's fact; 0: the ledger ended
    model::Sequence last{};  ///< the ledger's last sequence as this was asked
};

/// Of which programs (none: of all, and of the keys of access), by which key (0: any), above `after`.
struct AuditQuery {
    std::vector<model::ProgramId> programs;
    std::uint32_t actor = 0;
    model::Sequence after{};
    std::size_t limit = 0;
};

/// A piece of what was done by way of keys of access, oldest first.
struct AuditPage {
    std::vector<HistoryEntry> entries;
    model::Sequence next{};  ///< go on above this; 0: the ledger ended
    model::Sequence last{};  ///< the ledger's last sequence as this was asked
};

struct ProgramVersion {
    std::shared_ptr<const model::Program> program;
    model::ProgramId id{};
    model::VersionId version{};
    std::uint16_t versions = 0;  ///< how many the program has
    model::Instant effective = model::kNoInstant;
    std::uint64_t customers = 0;
};

struct VerifyReport {
    std::uint64_t facts = 0;
    std::uint64_t customers = 0;
    std::uint64_t difference_count = 0;
    std::vector<std::string> differences;  ///< the first hundred, each naming its subject and figure
};

/// Whether the caller of `execute` will soon call it again.
enum class Follows : std::uint8_t { nothing, more };

struct Stat {
    std::string name;  ///< snake_case with its unit last
    double value = 0;
    std::string text;  ///< for what is no number
};

/// Commands begin to be refused `disk_full`, or are taken again.
struct SpaceNotice {
    bool full = false;
    std::uint64_t needed_bytes = 0;  ///< in the ledger: full, by the next command; else what is free at least
    std::uint64_t free_bytes = 0;    ///< in the ledger, reserved on the disk and in the map
};

/// The running engine: programs, customers and names in memory, a ledger and a checkpoint on disk. Everything
/// it has answered is the fold of the ledger's facts.
///
/// Thread safety: all members may be called from any thread. `execute` runs on the caller's thread; it looks
/// at the disk for old names, and commits there when only a few facts wait for it. The members under
/// "queries" may read the disk: keep them off I/O threads.
class Engine {
  public:
    /// Opens the engine on a store: loads the checkpoint and replays the ledger behind it.
    static Result<std::unique_ptr<Engine>> open(const EngineOptions& options, storage::Store& store,
                                                const model::DocumentFormat& documents, Clock& clock,
                                                Entropy& entropy);
    virtual ~Engine() = default;

    // ---------------------------------------------------------------------------------------- commands

    /// Carries out commands in order; `outcomes[i]` answers `commands[i]`. An outcome may be told to the
    /// client once `durable()` has reached its `depends_on`.
    void execute(std::span<const model::Command> commands, std::span<model::Outcome> outcomes) {
        execute(commands, outcomes, Follows::nothing);
    }
    /// With `Follows::more` the caller has more at hand: what was executed may wait for it, so that one
    /// commit takes more. It ends in `flush`.
    virtual void execute(std::span<const model::Command> commands, std::span<model::Outcome> outcomes,
                         Follows follows) = 0;
    /// The caller has no more: what was executed is to become durable.
    virtual void flush() = 0;

    /// The sequence up to which answers may go out: what is on disk, or with Durability::async everything
    /// executed as long as the oldest change that waits for the disk is younger than the window (then it may
    /// go back).
    virtual model::Sequence durable() const = 0;

    /// `notify` is called from the thread that committed after `durable()` has advanced. It must be quick and
    /// not throw. Set once, before the first `execute`.
    virtual void on_durable(std::function<void()> notify) = 0;

    /// `notify` is called when a commit fails. Nothing more becomes durable; the process should tell people
    /// and stop.
    virtual void on_fatal(std::function<void(const model::Error&)> notify) = 0;

    /// `notify` is called from the upkeep's thread when commands begin to be refused `disk_full`, and when
    /// there is room again: once each. It must not throw. Set once.
    virtual void on_space(std::function<void(const SpaceNotice&)> notify) = 0;

    // ---------------------------------------------------------------------------------------- what is cheap
    // to ask

    /// The program of an id, or none. Fit for the hot path.
    virtual std::optional<model::ProgramId> find_program(std::string_view id) const = 0;

    /// The key of access of an id (revoked ones too), or none.
    virtual std::shared_ptr<const model::AccessKey> find_access_key(std::string_view id) const = 0;

    /// What the transaction that begins at a sequence did: the answer to a sale with details beside its
    /// outcome. Made from the ledger's facts alone; durable when the outcome is.
    virtual std::vector<model::Effect> effects(model::Sequence first) const = 0;

    /// A version of a program; version 0 is the newest.
    virtual Result<ProgramVersion> program(model::ProgramId id, model::VersionId version = {}) const = 0;

    // ---------------------------------------------------------------------------------------- queries
    // Each waits until what it shows is durable. `show_as_of`, `history`, `orders`, `explain`, `what_if`,
    // `customers`, `ledger`, `recompute` and `verify` may take long: see EngineOptions::stop_queries.

    virtual std::vector<ProgramVersion> programs() const = 0;
    virtual std::vector<model::AccessKey> access_keys() const = 0;
    virtual Result<CustomerView> show(model::ProgramId program, const model::CustomerRef& customer) = 0;
    /// A customer as of a past instant: the facts that the program knew by then, settled up to then by the
    /// versions of then. By the wall clock those recorded by then; by the clock of events those before the
    /// first of a later `at` (ARCHITECTURE.md, Where time comes from). Reads the customer's whole history.
    virtual Result<CustomerView> show_as_of(model::ProgramId program, const model::CustomerRef& customer,
                                            model::Instant as_of) = 0;
    virtual Result<StandingView> standing(model::ProgramId program, const model::CustomerRef& customer) = 0;
    /// The order of a receipt.
    virtual Result<OrderView> order(model::ProgramId program, const model::Name& receipt) = 0;
    /// A customer's orders that were placed before a sequence (0: all), newest first; with `pending` those
    /// alone that are neither completed nor cancelled, which is quick. Else it reads the customer's history.
    virtual Result<OrdersPage> orders(model::ProgramId program, const model::CustomerRef& customer,
                                      bool pending, model::Sequence before, std::size_t limit) = 0;
    /// Where every point of a receipt came from and went to; `receipt` may name whatever a receipt names.
    virtual Result<Explanation> explain(model::ProgramId program, const model::Name& receipt) = 0;
    /// Runs a change over all customers without effect (rules.md, Changing rules), block by block: nobody
    /// waits for it. A change that would be refused is an error that says why.
    virtual Result<WhatIf> what_if(model::ProgramId program, const model::Program& change,
                                   const WhatIfQuery& query) = 0;
    /// Newest first, sequences below `before` (0: from the newest).
    virtual Result<std::vector<HistoryEntry>> history(model::ProgramId program,
                                                      const model::CustomerRef& customer,
                                                      model::Sequence before, std::size_t limit) = 0;
    /// Customers with ids above `after`, in the order of their ids.
    virtual Result<std::vector<CustomerView>> customers(model::ProgramId program, model::CustomerId after,
                                                        std::size_t limit) = 0;
    /// The program's facts with sequences above `after`, oldest first: at most `limit`, from a bounded piece
    /// of the ledger.
    virtual Result<LedgerPage> ledger(model::ProgramId program, model::Sequence after, std::size_t limit) = 0;
    /// The facts that tell by which key of access they came, oldest first: from a bounded piece of the
    /// ledger.
    virtual Result<AuditPage> audit(const AuditQuery& query) = 0;
    /// Questions about the network and referrals.
    virtual NetworkQueries& network() = 0;
    /// Questions about segments of customers.
    virtual RelationQueries& relations() = 0;
    /// Questions about rewards and vouchers.
    virtual RewardQueries& rewards() = 0;
    /// Proofs that a phone or an email is somebody's.
    virtual IdentityQueries& identity() = 0;
    /// Following every change from any sequence on.
    virtual FollowQueries& following() = 0;
    /// Questions about the care calendar.
    virtual CareQueries& care() = 0;
    /// Folds the ledger again from nothing and compares every subject with the live state, the indexes of
    /// keys and names too. Takes memory for a second state (but no index), a byte for each customer's keys,
    /// and at most 76 bytes for each sale of which something came back, 38 for each web order and for each
    /// voucher that was moved.
    virtual Result<VerifyReport> verify(
        const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) = 0;
    /// Settles every customer now and records what was due (S3.11, S5.5); nobody's figures depend on it.
    /// Doing it again changes nothing more. Ends early, with an error, when facts are not taken now; what was
    /// recorded stays.
    virtual Result<RecomputeReport> recompute(
        model::ProgramId program,
        const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) = 0;
    virtual std::vector<Stat> stats() const = 0;

    // ---------------------------------------------------------------------------------------- background
    // work Done by the engine's own threads, or stepped by tests.

    /// Commits what is waiting; returns whether there was anything.
    virtual bool step_commit() = 0;
    /// Settles what has come due (holds that timed out, months and periods that closed, new versions), a
    /// bounded piece, and looks after the space on the disk (`on_space`); returns whether anything was due.
    /// One thread.
    virtual bool step_sweep() = 0;
    /// Writes a checkpoint of everything durable.
    virtual Result<void> checkpoint() = 0;
    /// Refuses further commands (`stopping`), commits what was accepted, writes a checkpoint, joins the
    /// threads.
    virtual Result<void> stop() = 0;
};

}  // namespace tim::runtime
