#pragma once

#include <cstdint>
#include <string>

#include "clients/cpp/blocking_client.h"
#include "clients/cpp/random.h"
#include "engine/model/command.h"
#include "engine/model/result.h"

namespace tim::client {

/// What a checkout shows before the customer pays.
struct Quote {
    model::Refusal refusal = model::Refusal::none;  ///< unknown_customer, …; the figures are then 0
    std::int64_t detail = 0;                        ///< of a refusal: what its sentence names
    model::CustomerId customer{};
    model::Points balance{};
    model::Points held{};
    model::Points spendable{};  ///< the most that may be held or redeemed now
    model::Money discount{};    ///< what tier and campaigns take off the amount
    model::Points to_earn{};    ///< what a sale of the rest would earn now
    std::uint8_t tier = 0;      ///< index in the tiers of `version`
    model::VersionId version{};
};

/// A checkout: asks what a customer may spend, reserves points while the payment runs, then takes them or
/// lets them go. Every call waits for its answer. A refusal is a value in the outcome; an Error means that
/// nobody knows yet whether it was carried out: call again with the same `name`, it is carried out once.
///
/// Thread safety: as BlockingClient, which outlives it.
class CheckoutClient {
  public:
    CheckoutClient(BlockingClient& client, std::string program)
        : client_(client), program_(std::move(program)) {}

    model::Result<Quote> quote(const model::CustomerRef& customer, model::Money amount,
                               std::int64_t timeout_ms = 0);

    /// Reserves points for `ttl_ms`; the outcome's `sequence` is the hold's id for the two calls below.
    model::Result<model::Outcome> hold(const model::CustomerRef& customer, model::Points points,
                                       std::int64_t ttl_ms, const model::Name& name = make_request_id(),
                                       std::int64_t timeout_ms = 0);
    /// Takes `points` of the hold (0: all of them); the rest is free again.
    model::Result<model::Outcome> capture(model::Sequence hold, model::Points points = {},
                                          const model::Name& name = make_request_id(),
                                          std::int64_t timeout_ms = 0);
    model::Result<model::Outcome> release(model::Sequence hold, const model::Name& name = make_request_id(),
                                          std::int64_t timeout_ms = 0);
    /// Takes points without a hold before it.
    model::Result<model::Outcome> redeem(const model::CustomerRef& customer, model::Points points,
                                         const model::Name& name = make_request_id(),
                                         std::int64_t timeout_ms = 0);

  private:
    BlockingClient& client_;
    std::string program_;
};

}  // namespace tim::client
