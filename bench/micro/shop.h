#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <span>

#include "engine/runtime/engine.h"
#include "protocol/codec/documents.h"
#include "storage/memory/memory_store.h"

namespace tim::bench {

/// A ledger that keeps nothing: the engine alone is to be measured, and ten million enrolments fit in memory.
class ForgetfulLedger final : public storage::Ledger {
  public:
    storage::Result<void> append(const storage::Batch& batch) override {
        last_ = batch.last().value;
        return {};
    }
    model::Sequence last() const override { return {last_}; }
    std::uint64_t reserved_bytes() const override { return UINT64_MAX / 2; }
    std::uint64_t bytes_for(std::size_t, std::size_t) const override { return 0; }
    storage::Result<storage::StoredFact> fact_at(model::Sequence) const override {
        return model::failure(model::ErrorKind::not_found, "this ledger keeps nothing");
    }
    storage::Result<void> scan(model::Sequence,
                               const std::function<bool(const storage::Batch&)>&) const override {
        return {};
    }
    bool step() override { return false; }

  private:
    std::atomic<std::uint64_t> last_{0};
};

class BenchStore final : public storage::Store {
  public:
    explicit BenchStore(const std::function<void(std::span<std::uint8_t>)>& random) : rest_({}, random) {}

    storage::Ledger& ledger() override { return ledger_; }
    storage::Checkpoints& checkpoints() override { return rest_.checkpoints(); }
    storage::NameStore& names() override { return rest_.names(); }
    storage::Vault& vault() override { return rest_.vault(); }

  private:
    ForgetfulLedger ledger_;
    storage::MemoryStore rest_;
};

class BenchClock final : public runtime::Clock {
  public:
    model::Instant now() override { return {1'800'000'000'000}; }
};

class BenchEntropy final : public runtime::Entropy {
  public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (std::uint8_t& byte : bytes)
            byte = static_cast<std::uint8_t>(random_());
    }

  private:
    std::mt19937_64 random_{7};
};

/// The phone of customer `index`, twelve characters and a zero.
std::array<char, 13> phone_text(std::uint64_t index);

/// By what rules a bench's shop sells.
enum class Rules : std::uint8_t {
    simplest,  ///< a rate and three tiers by spend
    nhanh,     ///< tools/presets/nhanh.json
    lan_toa,   ///< tools/presets/lan-toa.json: every buyer is a member of a VIP, one in a hundred is one
};

/// An engine with a program and customers, stepped by the caller.
class Shop {
  public:
    Shop(std::uint64_t customers, Rules rules);

    /// One at a time is kept from bench to bench, as filling it takes a while.
    static Shop& of(std::uint64_t customers, Rules rules);

    runtime::Engine& engine() { return *engine_; }
    model::ProgramId program() const { return program_; }
    /// Those who buy: from the first of them to the last.
    std::uint64_t first_buyer() const { return vips_; }
    std::uint64_t buyers() const { return customers_ - vips_; }

    /// Commits what is waiting.
    void commit();

  private:
    void run(std::span<const model::Command> commands);
    void put_program();
    void enroll(std::uint64_t from, std::uint64_t to);
    void appoint_vips();

    std::uint64_t customers_;
    Rules rules_;
    std::uint64_t vips_;
    BenchClock clock_;
    BenchEntropy entropy_;
    codec::FlatDocuments documents_;
    BenchStore store_{[this](std::span<std::uint8_t> bytes) { entropy_.fill(bytes); }};
    std::unique_ptr<runtime::Engine> engine_;
    model::ProgramId program_{};
};

}  // namespace tim::bench
