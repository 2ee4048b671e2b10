// The client's part of web orders.
#include "clients/cpp/client.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/replies.h"
#include "protocol/codec/orders.h"

namespace tim::client {

Admission Client::change_order(std::string_view program, const model::Command& command,
                               Completion<DetailedOutcome> completion, std::int64_t timeout_ms) {
    auto body = codec::to_order_change(program, command);
    if (!body)
        return ask(std::make_unique<InvalidRequest<DetailedOutcome>>(body.error(), std::move(completion)),
                   timeout_ms);
    return ask(std::make_unique<DetailedChangeRequest>(std::move(*body), std::move(completion)), timeout_ms);
}

Admission Client::order(std::string_view program, const model::Name& receipt, Completion<Order> completion,
                        std::int64_t timeout_ms) {
    schema::OrderRequestT body;
    body.program = program;
    body.terminal = receipt.terminal.value;
    body.number = receipt.number();
    return ask(std::make_unique<QueryRequest<Order>>(std::move(body), to_order, std::move(completion)),
               timeout_ms);
}

Admission Client::orders(std::string_view program, const model::CustomerRef& customer, bool pending,
                         model::Sequence before, std::uint32_t limit, Completion<OrdersPage> completion,
                         std::int64_t timeout_ms) {
    schema::OrdersRequestT body;
    body.program = program;
    body.customer = std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
    body.pending = pending;
    body.before = before.value;
    body.limit = limit;
    return ask(std::make_unique<QueryRequest<OrdersPage>>(std::move(body), to_orders, std::move(completion)),
               timeout_ms);
}

}  // namespace tim::client
