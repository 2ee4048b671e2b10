#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/core/decide.h"
#include "engine/core/fact_writer.h"
#include "engine/core/state.h"

namespace tim::runtime {

// Every bound of the running engine, and how they hang together.

/// Rows that run under one locking of their stripes.
inline constexpr std::size_t kChunkRows = 128;

/// Facts and blob bytes that wait for one commit; when they are used up, commands are refused `overloaded`.
inline constexpr std::size_t kMaxBatchFacts = 256 * 1024;
inline constexpr std::size_t kMaxBatchBlobBytes = std::size_t{32} << 20;
static_assert(kMaxBatchFacts >= 2 * kChunkRows * core::kMaxFactsPerCommand,
              "two chunks at their worst fit a batch");

/// Facts that wait for a commit, up to which whoever brought the last of them commits.
inline constexpr std::size_t kCallersFacts = 256;

/// Between these bounds: facts that wait for a commit, from which on it is worth its fixed cost.
inline constexpr std::size_t kLeastWorthACommit = 512;
inline constexpr std::size_t kMostWorthACommit = 8 * 1024;
static_assert(kCallersFacts < kLeastWorthACommit && kMostWorthACommit <= kMaxBatchFacts / 8,
              "what comes during a commit has room");

/// The variable part of one fact.
inline constexpr std::size_t kMaxBlobBytes = std::size_t{4} << 20;
/// The variable parts of what one command leads to, but enrolments and administration: a reason, or lines.
inline constexpr std::size_t kMaxRowBlobBytes =
    64 + model::kMaxSaleLines * (model::kMaxSkuBytes + model::kMaxCategoryBytes + 64);
static_assert(kMaxRowBlobBytes >= core::kMaxReasonBytes);
static_assert(kMaxBatchBlobBytes >= 2 * kChunkRows * kMaxRowBlobBytes, "two chunks of rows fit a batch");
static_assert(kMaxBlobBytes <= kMaxBatchBlobBytes / 2, "a batch takes any blob");
static_assert(kMaxBatchBlobBytes <= UINT32_MAX, "a BlobRef's offset has 32 bits");

/// How often a command that needs evidence from the ledger is planned again, when what it relied on has moved
/// on meanwhile, before it is refused `overloaded`.
inline constexpr int kMaxPlans = 8;

/// Customers whose time-outs one step of the sweep records.
inline constexpr std::size_t kSweepCustomers = 256;

/// Blocks that a checkpoint writes in one transaction: about 2 MiB.
inline constexpr std::size_t kBlocksPerWrite = 16;

/// Facts that one query of the ledger looks at; those of other programs count too.
inline constexpr std::size_t kMaxLedgerFactsSeen = 256 * 1024;

/// Lines of a sale in an entry of history: no longer than a reason may be.
inline constexpr std::size_t kMaxToldLinesBytes = 400;

/// Returns of one receipt that its explanation tells.
inline constexpr std::size_t kMaxExplainedReturns = 500;

/// Differences that `verify` names.
inline constexpr std::size_t kMaxDifferences = 100;

}  // namespace tim::runtime
