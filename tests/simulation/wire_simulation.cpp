#include "tests/simulation/wire_simulation.h"

#include <algorithm>
#include <array>
#include <functional>

#include "protocol/codec/messages.h"
#include "protocol/codec/orders.h"
#include "protocol/codec/people.h"

namespace tim::tests {

namespace {

constexpr std::size_t kGathered = 4;

using Answered = std::function<void(model::Result<model::Outcome>)>;

template <class Request>
std::unique_ptr<Request> fitting(model::Result<std::unique_ptr<Request>> made) {
    if (!made) fail("a command does not fit the protocol: " + made.error().message);
    return std::move(*made);
}

std::vector<std::uint8_t> request_id_of(const model::Command& command) {
    const auto* id = reinterpret_cast<const std::uint8_t*>(command.name.bytes.data());
    return {id, id + model::kRequestIdBytes};
}

std::unique_ptr<schema::CustomerKeyT> key_of(const model::CustomerRef& customer) {
    if (customer.kind == model::KeyKind::none) return nullptr;
    return std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
}

/// What the office does travels in messages of its own.
std::unique_ptr<client::PendingRequest> change_of(const model::Command& command, const Answered& answered) {
    if (command.tier_act != nullptr) {
        schema::TierOverrideT body;
        body.program = "nhanh";
        body.request_id = request_id_of(command);
        body.at_ms = command.at.value;
        body.customer = key_of(command.customer);
        body.tier = command.tier_act->tier;
        body.from_ms = command.tier_act->from.value;
        body.until_ms = command.tier_act->until.value;
        body.reason = command.reason;
        return std::make_unique<client::ChangeRequest>(std::move(body), answered);
    }
    schema::NetworkChangeT body;
    body.program = "nhanh";
    body.request_id = request_id_of(command);
    body.at_ms = command.at.value;
    body.kind = static_cast<schema::NetworkKind>(command.kind);
    body.customer = key_of(command.customer);
    body.amount = command.amount.value;
    if (command.network != nullptr) {
        body.vip = key_of(command.network->vip);
        body.payout = command.network->payout.value;
    }
    return std::make_unique<client::ChangeRequest>(std::move(body), answered);
}

std::unique_ptr<client::PendingRequest> request_of(const OwnedCommand& owned, Answered answered) {
    const model::Command row = owned.view();
    const std::span<const model::Command> rows(&row, 1);
    if (row.order != nullptr) {
        auto body = codec::to_order_change("nhanh", row);
        if (!body) fail("a command does not fit the protocol: " + body.error().message);
        const bool completes = row.kind == model::CommandKind::complete_order;
        return std::make_unique<client::DetailedChangeRequest>(
            std::move(*body), [answered, completes](const model::Result<client::DetailedOutcome>& change) {
                if (!change) return answered(tl::unexpected(change.error()));
                const bool accepted = change->outcome.refusal == model::Refusal::none;
                if (completes && accepted != !change->effects.empty()) fail("a completion tells its effects");
                answered(change->outcome);
            });
    }
    if (row.details != nullptr) {
        auto detailed = fitting(client::DetailedSalesRequest::make("nhanh", rows));
        detailed->on_completion([answered](const model::Result<std::vector<client::DetailedOutcome>>& sales) {
            if (!sales) return answered(tl::unexpected(sales.error()));
            const client::DetailedOutcome& sale = sales->front();
            const bool accepted = sale.outcome.refusal == model::Refusal::none;
            if (accepted != !sale.effects.empty()) fail("an accepted sale tells its effects");
            answered(sale.outcome);
        });
        return detailed;
    }
    if (row.kind >= model::CommandKind::block_customer && row.kind <= model::CommandKind::erase) {
        auto body = codec::to_person_change("nhanh", row);
        if (!body) fail("a command does not fit the protocol: " + body.error().message);
        return std::make_unique<client::ChangeRequest>(std::move(*body), answered);
    }
    if (row.tier_act != nullptr || row.network != nullptr || row.kind == model::CommandKind::appoint_vip ||
        row.kind == model::CommandKind::request_payout)
        return change_of(row, answered);
    auto made = row.kind == model::CommandKind::enroll ? client::RowsRequest::enrollments("nhanh", rows)
                : row.kind == model::CommandKind::sale ? client::RowsRequest::sales("nhanh", rows)
                                                       : client::RowsRequest::commands("nhanh", rows);
    auto request = fitting(std::move(made));
    request->on_completion([answered](const model::Result<client::Outcomes>& outcomes) {
        if (!outcomes) return answered(tl::unexpected(outcomes.error()));
        answered(outcomes->front());
    });
    return request;
}

}  // namespace

WireSimulation::WireSimulation(std::uint64_t seed)
    : Simulation(seed), random_(seed + 1), server_entropy_(seed + 2) {
    secret_.id = "till";
    random_.fill(secret_.secret);
    codec::Salt salt{};
    random_.fill(salt);
    auto key = codec::make_access_key(secret_, model::Role::admin, {}, salt);
    if (!key) fail("no access key: " + key.error().message);
    OwnedCommand add;
    add.command.kind = model::CommandKind::add_access_key;
    add.command.name = request(std::uint64_t{1} << 60);
    add.access_key = std::make_shared<const model::AccessKey>(std::move(*key));
    if (fixture_.execute(add).refusal != model::Refusal::none) fail("the access key is refused");
    fixture_.commit();
    boot();

    client::ClientOptions options;
    options.connect.key = secret_;
    options.random = &random_;
    options.refusal_attempts = 1'000'000;
    for (std::size_t i = 0; i < clients_.size(); ++i)
        wires_.push_back({std::make_unique<client::ClientCore>(options), std::nullopt});
}

WireSimulation::~WireSimulation() {
    for (Wire& wire : wires_)
        wire.link.reset();  // before the buffers that they give back to
}

void WireSimulation::boot() {
    const auto executed = [this](std::span<const OwnedCommand> commands,
                                 std::span<const model::Outcome> outcomes) {
        result_.executed += commands.size();
        check(audit_->executed(commands, outcomes));
    };
    server_ = std::make_unique<Server>(fixture_.engine(), executed, server_entropy_);
}

void WireSimulation::restarted() {
    for (Wire& wire : wires_)
        if (wire.link) cut(wire);
    boot();
}

void WireSimulation::submit(std::size_t index) {
    auto request =
        request_of(clients_[index].command, [this, index](const model::Result<model::Outcome>& outcome) {
            if (outcome) return take_answer(index, *outcome);
            check("a request failed: " + outcome.error().message);
        });
    wires_[index].core->submit(std::move(request), now_ms());
}

void WireSimulation::connect(Wire& wire) {
    wire.core->connecting();
    if (choices_.chance(10)) {
        wire.core->disconnected({model::ErrorKind::unavailable, "refused"}, now_ms());
        return;
    }
    wire.link.emplace();
    wire.link->connection = std::make_unique<server::Connection>(server_->context, server_->pool);
    wire.core->connected();
}

/// The connection breaks; bytes on their way are lost on both.
void WireSimulation::cut(Wire& wire) {
    wire.link.reset();
    wire.core->disconnected({model::ErrorKind::unavailable, "broken"}, now_ms());
}

/// Often all, else some.
std::size_t WireSimulation::some_of(std::size_t count) {
    return count == 0 || choices_.chance(60) ? count : choices_.below(count + 1);
}

void WireSimulation::carry_to_server(Wire& wire) {
    Link& link = *wire.link;
    codec::ByteBuffer& out = wire.core->out();
    link.to_server.bytes.insert(link.to_server.bytes.end(), out.view().begin(), out.view().end());
    out.clear();
    const auto space = link.connection->read_space();
    const std::size_t count = some_of(std::min(space.size(), link.to_server.bytes.size()));
    const auto end = link.to_server.bytes.begin() + static_cast<std::ptrdiff_t>(count);
    std::copy(link.to_server.bytes.begin(), end, space.begin());
    link.to_server.bytes.erase(link.to_server.bytes.begin(), end);
    link.connection->received(count);
    link.connection->take(server_->batch);
}

void WireSimulation::deliver() {
    for (Wire& wire : wires_) {
        wire.core->tick(now_ms());
        if (!wire.link && wire.core->wants_connection(now_ms())) connect(wire);
        if (wire.link && choices_.chance(2)) cut(wire);
        if (wire.link) carry_to_server(wire);
    }
    std::vector<server::Connection*> ran;
    if (!server_->batch.empty()) server_->batch.run(server_->engine, ran);
}

void WireSimulation::carry_to_client(Wire& wire) {
    Link& link = *wire.link;
    server::Outbox& outbox = link.connection->outbox();
    outbox.release(fixture_.engine().durable());
    std::array<std::span<const std::byte>, kGathered> pieces;
    const std::size_t count = outbox.gather(pieces);
    std::size_t written = 0;
    for (std::size_t i = 0; i < count; ++i) {
        link.to_client.bytes.insert(link.to_client.bytes.end(), pieces[i].begin(), pieces[i].end());
        written += pieces[i].size();
    }
    if (written != 0) link.connection->written(written);
    if (!link.connection->open()) return check("the server closes a connection");

    const std::size_t arrives = some_of(link.to_client.bytes.size());
    if (arrives == 0) return;
    std::size_t taken = 0;
    while (taken < arrives) {
        const auto space = wire.core->read_space();
        const std::size_t piece = std::min(space.size(), arrives - taken);
        std::copy_n(link.to_client.bytes.begin() + static_cast<std::ptrdiff_t>(taken), piece, space.begin());
        taken += piece;
        if (const auto received = wire.core->received(piece, now_ms()); !received)
            return check("a client does not understand the server: " + received.error().message);
    }
    link.to_client.bytes.erase(link.to_client.bytes.begin(),
                               link.to_client.bytes.begin() + static_cast<std::ptrdiff_t>(arrives));
}

void WireSimulation::release() {
    for (Wire& wire : wires_)
        if (wire.link) carry_to_client(wire);
}

}  // namespace tim::tests
