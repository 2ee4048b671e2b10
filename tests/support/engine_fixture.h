#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/runtime/engine.h"
#include "protocol/codec/documents.h"
#include "storage/memory/memory_store.h"
#include "tests/support/commands.h"
#include "tests/support/naive_model.h"
#include "tests/support/seams.h"

namespace tim::tests {

/// An engine over a store in memory, on one thread, with a clock that stands still: tests step it. The store
/// outlives the engine, so that a test can let it crash and open it again. What must not fail stops the test
/// program with a sentence.
class EngineFixture {
  public:
    static runtime::EngineOptions stepped(runtime::TimeSource time = runtime::TimeSource::system,
                                          std::size_t names_in_memory = 1'000'000);

    explicit EngineFixture(runtime::EngineOptions options = stepped(), std::uint64_t seed = 1,
                           const storage::FaultPlan& faults = {});

    runtime::Engine& engine() { return *engine_; }
    storage::MemoryStore& store() { return *store_; }
    ManualClock& clock() { return clock_; }

    model::Outcome execute(const OwnedCommand& command);
    std::vector<model::Outcome> execute(std::span<const OwnedCommand> commands);

    /// Commits everything that is waiting.
    void commit();

    /// Ends the engine as a process that is killed does; the store loses what was not synced. Then opens it
    /// again, on a store with these faults ahead of it.
    void crash_and_reopen(const storage::FaultPlan& faults = {});
    /// The same, as if the process had been killed when `left` was taken of the store.
    void crash_and_reopen(std::unique_ptr<storage::MemoryStore> left);
    /// Stops the engine in good order and opens it again.
    void stop_and_reopen();
    /// The same; false when the stop failed, and then nothing was opened.
    bool try_stop_and_reopen();

    /// Whether a commit failed: the process would stop now.
    bool fatal() const { return fatal_; }

    /// The figures of a customer, with everything committed first.
    Figures show(model::ProgramId program, const Who& customer);
    runtime::CustomerView view(model::ProgramId program, const Who& customer);

    /// The differences that `verify` finds, "" for none.
    std::string verify();

    /// Puts a program and gives its id.
    model::ProgramId put(const model::Program& program);
    /// Enrols one customer and gives its id.
    model::CustomerId enroll(model::ProgramId program, const Who& key);
    /// A request id that was not used.
    model::Name fresh_request() { return request(next_request_++); }

  private:
    void open();

    runtime::EngineOptions options_;
    ManualClock clock_;
    SeededEntropy entropy_;
    codec::FlatDocuments documents_;
    std::unique_ptr<storage::MemoryStore> store_;
    std::unique_ptr<runtime::Engine> engine_;
    std::atomic<bool> fatal_ = false;
    std::uint64_t next_request_ = std::uint64_t{1} << 40;
};

Figures figures_of(const runtime::CustomerView& view);

/// Ends the test program with a sentence: what a test relies on did not happen.
[[noreturn]] void fail(const std::string& sentence);

}  // namespace tim::tests
