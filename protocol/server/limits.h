#pragma once

#include <cstddef>
#include <cstdint>

#include "protocol/codec/frame.h"
#include "protocol/codec/limits.h"

// Every bound of the server, and how the bounds hang together. Those of single messages stand in
// protocol/codec/limits.h.
namespace tim::server {

/// Connections at a time; one more is turned away.
inline constexpr std::size_t kMaxConnections = 4'096;

/// Requests of one connection that were taken and whose replies have not left yet. At the bound the server
/// stops reading from that connection until replies leave.
inline constexpr std::size_t kMaxRequestsInFlight = 4'096;
/// Queries (what reads the disk) of one connection that wait or run.
inline constexpr std::size_t kMaxQueriesInFlight = 4;
/// Queries that wait for a worker, of all connections together; one of a connection's may be a FollowRequest
/// beside them.
inline constexpr std::size_t kMaxQueuedQueries = kMaxConnections * (kMaxQueriesInFlight + 1);

/// How often the followers that wait are looked at: what one is told is late by at most this, and many
/// commits cost a look as one does.
inline constexpr std::int64_t kFollowPaceMs = 20;
/// A follower that is behind by more than so many facts is looked at without waiting.
inline constexpr std::uint64_t kFollowBehindFacts = 1'000;
/// Followers of one I/O thread that are looked at at a time; the others have their turn when these are done.
inline constexpr std::size_t kMaxFollowLooks = 64;

/// A query's greatest payload; of one that carries a program, which only an administrator may send.
inline constexpr std::size_t kMaxQueryBytes = 4 * 1024;
inline constexpr std::size_t kMaxProgramQueryBytes = codec::kMaxProgramBytes + kMaxQueryBytes;
/// Room for the next read of a connection, before and after its client has proved who it is.
inline constexpr std::size_t kHandshakeReadBytes = 2 * 1024;
inline constexpr std::size_t kReadBytes = 32 * 1024;

/// Replies that wait in one connection's outbox: with so many bytes the server stops reading from it.
inline constexpr std::size_t kOutboxFullBytes = 4 * 1024 * 1024;
/// A piece of the outbox grows no further than this before the next one is begun.
inline constexpr std::size_t kOutboxChunkBytes = 64 * 1024;
/// A buffer that grew beyond this gives its memory back instead of being kept for reuse.
inline constexpr std::size_t kKeptBufferBytes = 256 * 1024;
/// Buffers that a thread keeps for reuse.
inline constexpr std::size_t kKeptBuffers = 1'024;
/// Pieces that one write gathers.
inline constexpr std::size_t kGatheredChunks = 16;

/// Rows that a batch collects from a thread's sessions before it runs without waiting for more (the request
/// that crosses the bound is taken whole). A row is some 400 bytes on its way: so many stay in the cache next
/// to the processor.
inline constexpr std::size_t kBatchRows = 512;

/// From connecting to having proved who one is.
inline constexpr std::int64_t kHandshakeTimeoutMs = 10'000;
/// Without a request, and without a reply outstanding.
inline constexpr std::int64_t kIdleTimeoutMs = 3'600'000;
/// Without the client taking any byte of what waits for it.
inline constexpr std::int64_t kSlowReaderTimeoutMs = 10'000;
/// For the last replies to leave, once a connection is closing.
inline constexpr std::int64_t kCloseTimeoutMs = 5'000;
/// For a client with TLS that is turned away: to shake hands and take the reason.
inline constexpr std::int64_t kFarewellTimeoutMs = 1'000;
/// How many of those at a time; more are closed without a word.
inline constexpr std::size_t kMaxFarewells = 16;
/// How often deadlines are looked at; they are late by at most this.
inline constexpr std::int64_t kDeadlineTickMs = 250;
/// Between two Progress frames of one request.
inline constexpr std::int64_t kProgressIntervalMs = 100;
/// After the process ran out of file descriptors, until it accepts again.
inline constexpr std::int64_t kAcceptRetryMs = 100;

/// Threads that run queries.
inline constexpr std::size_t kQueryThreads = 2;
inline constexpr std::size_t kMaxIoThreads = 256;

static_assert(kMaxProgramQueryBytes <= codec::kMaxRequestBytes,
              "a query that carries a program fits a frame");
static_assert(kFollowPaceMs < kDeadlineTickMs && codec::kMaxFollowWaitMs < kIdleTimeoutMs,
              "a follower hears of the server's end in time, and is not taken for idle");
static_assert(kMaxRequestsInFlight > kMaxQueriesInFlight, "queries are requests too");
static_assert(kOutboxFullBytes >= kOutboxChunkBytes * kGatheredChunks, "a full outbox fills whole writes");
static_assert(kKeptBufferBytes >= kOutboxChunkBytes, "the usual piece is kept");
static_assert(kDeadlineTickMs * 10 <= kCloseTimeoutMs, "deadlines are kept closely enough");
static_assert(kFarewellTimeoutMs <= kCloseTimeoutMs, "stopping waits no longer for those turned away");
static_assert(kCloseTimeoutMs <= kSlowReaderTimeoutMs && kSlowReaderTimeoutMs <= kIdleTimeoutMs,
              "a reader that is slow is told so before it counts as idle");

}  // namespace tim::server
