#include "clients/cpp/checkout.h"

namespace tim::client {

model::Result<Quote> CheckoutClient::quote(const model::CustomerRef& customer, model::Money amount,
                                           std::int64_t timeout_ms) {
    model::Command command;
    command.kind = model::CommandKind::balance;
    command.customer = customer;
    command.amount = amount;
    const auto outcome = client_.command(program_, command, timeout_ms);
    if (!outcome) return tl::unexpected(outcome.error());
    const bool answered = outcome->refusal == model::Refusal::none;
    return Quote{.refusal = outcome->refusal,
                 .detail = outcome->detail,
                 .customer = outcome->customer,
                 .balance = outcome->balance,
                 .held = outcome->held,
                 .spendable = outcome->spendable,
                 .discount = {answered ? outcome->detail : 0},
                 .to_earn = outcome->points,
                 .tier = outcome->tier_after,
                 .version = outcome->version};
}

model::Result<model::Outcome> CheckoutClient::hold(const model::CustomerRef& customer, model::Points points,
                                                   std::int64_t ttl_ms, const model::Name& name,
                                                   std::int64_t timeout_ms) {
    model::Command command;
    command.kind = model::CommandKind::hold;
    command.customer = customer;
    command.points = points;
    command.ttl_ms = ttl_ms;
    command.name = name;
    return client_.command(program_, command, timeout_ms);
}

model::Result<model::Outcome> CheckoutClient::capture(model::Sequence hold, model::Points points,
                                                      const model::Name& name, std::int64_t timeout_ms) {
    model::Command command;
    command.kind = model::CommandKind::capture;
    command.hold = hold;
    command.points = points;
    command.name = name;
    return client_.command(program_, command, timeout_ms);
}

model::Result<model::Outcome> CheckoutClient::release(model::Sequence hold, const model::Name& name,
                                                      std::int64_t timeout_ms) {
    model::Command command;
    command.kind = model::CommandKind::release;
    command.hold = hold;
    command.name = name;
    return client_.command(program_, command, timeout_ms);
}

model::Result<model::Outcome> CheckoutClient::redeem(const model::CustomerRef& customer, model::Points points,
                                                     const model::Name& name, std::int64_t timeout_ms) {
    model::Command command;
    command.kind = model::CommandKind::redeem;
    command.customer = customer;
    command.points = points;
    command.name = name;
    return client_.command(program_, command, timeout_ms);
}

}  // namespace tim::client
