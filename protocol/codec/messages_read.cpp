#include <fmt/format.h>

#include "protocol/codec/messages.h"

namespace tim::codec {

namespace {

using model::ErrorKind;
using model::failure;

/// FlatBuffers' verifier does not look at the alignment of structs in vectors.
template <class Row>
bool aligned(const flatbuffers::Vector<const Row*>* rows) {
    return rows == nullptr || reinterpret_cast<std::uintptr_t>(rows->data()) % alignof(Row) == 0;
}

bool rows_aligned(const schema::Request& request) {
    if (const auto* sales = request.body_as_SaleBatch()) return aligned(sales->rows());
    if (const auto* commands = request.body_as_CommandBatch()) return aligned(commands->rows());
    return true;
}

bool rows_aligned(const schema::Reply& reply) {
    if (const auto* sales = reply.body_as_SaleResults()) return aligned(sales->rows());
    if (const auto* commands = reply.body_as_CommandResults()) return aligned(commands->rows());
    return true;
}

template <class Root>
model::Result<const Root*> read(std::span<const std::byte> payload, const char* what) {
    if (reinterpret_cast<std::uintptr_t>(payload.data()) % kFrameAlignment != 0)
        return failure(ErrorKind::invalid, fmt::format("{}: the payload is not aligned to 8 bytes", what));
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(payload.data());
    flatbuffers::Verifier verifier(bytes, payload.size(), kMaxTableDepth, kMaxTables);
    if (!verifier.VerifyBuffer<Root>())
        return failure(ErrorKind::invalid, fmt::format("{}: the {} bytes are not a valid FlatBuffer of it",
                                                       what, payload.size()));
    const auto* root = flatbuffers::GetRoot<Root>(bytes);
    if (root->body() == nullptr || static_cast<int>(root->body_type()) == 0)
        return failure(ErrorKind::invalid, fmt::format("{}.body: missing", what));
    if (!rows_aligned(*root))
        return failure(ErrorKind::invalid, fmt::format("{}.body.rows: not aligned to 8 bytes", what));
    return root;
}

}  // namespace

model::Result<const schema::Request*> read_request(std::span<const std::byte> payload) {
    return read<schema::Request>(payload, "Request");
}

model::Result<const schema::Reply*> read_reply(std::span<const std::byte> payload) {
    return read<schema::Reply>(payload, "Reply");
}

model::Outcome to_outcome(const schema::SaleResult& result) {
    model::Outcome outcome;
    outcome.refusal = static_cast<model::Refusal>(result.refusal());
    outcome.duplicate = result.duplicate() != 0;
    outcome.tier_before = result.tier_before();
    outcome.tier_after = result.tier_after();
    outcome.version = {result.version()};
    outcome.points = {result.points()};
    outcome.balance = {result.balance()};
    outcome.spendable = {result.spendable()};
    outcome.sequence = {result.sequence()};
    outcome.detail = result.detail();
    return outcome;
}

model::Outcome to_outcome(const schema::CommandResult& result) {
    model::Outcome outcome;
    outcome.refusal = static_cast<model::Refusal>(result.refusal());
    outcome.duplicate = result.duplicate() != 0;
    outcome.tier_before = result.tier_before();
    outcome.tier_after = result.tier_after();
    outcome.version = {result.version()};
    outcome.customer = {result.customer()};
    outcome.points = {result.points()};
    outcome.balance = {result.balance()};
    outcome.spendable = {result.spendable()};
    outcome.held = {result.held()};
    outcome.lifetime_spend = {result.lifetime_spend()};
    outcome.sequence = {result.sequence()};
    outcome.detail = result.detail();
    return outcome;
}

}  // namespace tim::codec
