#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "clients/cpp/options.h"
#include "clients/cpp/poster.h"
#include "clients/cpp/queue.h"
#include "engine/model/command.h"
#include "engine/model/result.h"

namespace tim::client {

struct PosOptions {
    QueueOptions queue;
    PosterOptions poster;  ///< with the server's address and the till's key
    PosterCallbacks callbacks;
    std::string program;
    model::TerminalId terminal{};
    std::function<model::Instant()> clock;  ///< when a sale is made; none: the system's clock
    Random* random = nullptr;               ///< for request ids; none: system_random()
};

/// A till: what it sells counts exactly once, whether the server is there or not. Every call returns as soon
/// as the row is durable in the local queue, with its index there; a QueuePoster carries it to the server
/// when it can, in order. What the server refuses for good (too late, unknown customer, …) goes to the
/// rejects file and to `callbacks.on_rejected`, not to the caller, who has long gone on.
///
/// Errors of the calls: full (the queue's bound or the disk; the sale is not recorded), invalid (what cannot
/// be sent at all: a receipt of 25 bytes, a negative amount), io. After an io error the row may or may not be
/// in the queue; the same receipt again is safe.
///
/// Thread safety: all members may be called from any thread.
class PosClient {
  public:
    /// Errors: as DurableQueue::open.
    static model::Result<std::unique_ptr<PosClient>> open(PosOptions options);
    /// Stops posting; what waits is posted by the next process that opens the folder.
    ~PosClient();

    // `at`: kNoInstant takes the clock's now, so that a sale is dated by its making, not by its posting. A
    // customer of kind none is an anonymous sale or return.

    model::Result<std::uint64_t> sell(std::string_view receipt, const model::CustomerRef& customer,
                                      model::Money amount, model::Instant at = model::kNoInstant);
    /// With what a sale names beside its amount: lines, a referral code.
    model::Result<std::uint64_t> sell(std::string_view receipt, const model::CustomerRef& customer,
                                      model::Money amount, const model::SaleDetails& details,
                                      model::Instant at = model::kNoInstant);
    /// Goods of a sale come back, for their share of what was paid.
    model::Result<std::uint64_t> take_back_lines(std::string_view receipt, const model::CustomerRef& customer,
                                                 const model::Name& original,
                                                 std::span<const model::SaleLine> lines,
                                                 model::Instant at = model::kNoInstant);
    /// `original`: the sale's receipt, or none when it is not known.
    model::Result<std::uint64_t> take_back(std::string_view receipt, const model::CustomerRef& customer,
                                           model::Money amount,
                                           const std::optional<model::Name>& original = std::nullopt,
                                           model::Instant at = model::kNoInstant);
    model::Result<std::uint64_t> void_sale(std::string_view receipt, const model::Name& original,
                                           model::Instant at = model::kNoInstant);
    model::Result<std::uint64_t> redeem(std::string_view receipt, const model::CustomerRef& customer,
                                        model::Points points, model::Instant at = model::kNoInstant);
    /// Under a fresh request id.
    model::Result<std::uint64_t> enroll(std::span<const model::CustomerRef> keys, std::string_view name,
                                        model::Instant at = model::kNoInstant);
    /// Any row, as it stands.
    model::Result<std::uint64_t> add(const QueuedRow& row);

    /// Waits until everything sold so far is posted or rejected; false when the time is over.
    bool wait_until_drained(std::int64_t timeout_ms);
    QueueStatus status() const;
    /// Why nothing moves at present.
    std::optional<model::Error> trouble() const;
    std::filesystem::path rejects_path() const;

  private:
    PosClient(PosOptions options, std::unique_ptr<DurableQueue> queue);

    model::Result<QueuedRow> row(model::CommandKind kind, std::string_view receipt,
                                 const model::CustomerRef& customer, model::Instant at) const;

    std::string program_;
    model::TerminalId terminal_;
    std::function<model::Instant()> clock_;
    Random* random_;
    std::unique_ptr<DurableQueue> queue_;
    QueuePoster poster_;
};

}  // namespace tim::client
