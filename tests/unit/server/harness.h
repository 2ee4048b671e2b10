#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "fake_engine.h"
#include "protocol/server/batch.h"
#include "protocol/server/connection.h"
#include "test_client.h"
#include "test_keys.h"

namespace tim::server::test {

/// One connection and its client without a socket between them.
class Harness {
  public:
    explicit Harness(model::Role role = model::Role::admin, std::vector<std::string> programs = {})
        : client(secret_of("key")) {
        engine.add_key(key_of("key", role, std::move(programs)));
    }

    /// Hands `bytes` over in pieces, as a driver does, and answers.
    void feed(std::span<const std::byte> bytes, std::size_t piece = SIZE_MAX) {
        while (!bytes.empty() && connection.open()) {
            const auto space = connection.read_space();
            const std::size_t count = std::min({piece, space.size(), bytes.size()});
            std::memcpy(space.data(), bytes.data(), count);
            connection.received(count);
            bytes = bytes.subspan(count);
            step();
        }
    }
    /// Sends what the client has written and returns what came back.
    std::vector<Received> exchange(std::size_t piece = SIZE_MAX) {
        feed(client.out.view(), piece);
        client.out.clear();
        return deliver();
    }
    /// Takes, runs and answers until nothing more can be done.
    void step() {
        do {
            connection.take(batch);
            if (connection.in_batch()) batch.run(engine, ran);
            for (const Query& query : connection.take_queries()) {
                codec::ByteBuffer frames;
                answer_query(context, query, frames, [this](codec::ByteBuffer progress) {
                    connection.answer_query(progress.view(), false);
                });
                connection.answer_query(frames.view(), true, query.follow.has_value());
            }
            if (!connection.open()) connection.finish();
            if (reading) write();
        } while (connection.open() && connection.has_more() && connection.has_room());
    }
    /// Carries what may leave over to the client.
    void write() {
        while (connection.outbox().release(engine.durable())) {
            std::array<std::span<const std::byte>, 4> pieces;
            const std::size_t count = connection.outbox().gather(pieces);
            std::size_t bytes = 0;
            for (const auto piece : std::span(pieces).first(count)) {
                const auto space = client.reader.prepare(piece.size());
                std::memcpy(space.data(), piece.data(), piece.size());
                client.reader.commit(piece.size());
                bytes += piece.size();
            }
            connection.written(bytes);
        }
    }
    std::vector<Received> deliver() {
        write();
        return client.take();
    }

    /// Says Hello and proves the key; the Welcome or the Failure.
    Received authenticate() {
        client.hello();
        const auto challenge = exchange();
        client.proof(client.prove(*challenge.at(0).reply->body_as_Challenge()));
        return exchange().at(0);
    }

    FakeEngine engine;
    CountingEntropy entropy;
    ServerContext context{engine, entropy, {}, "timd test", {}, {}};
    BufferPool pool;
    Connection connection{context, pool};
    Batch batch;
    std::vector<Connection*> ran;
    TestClient client;
    bool reading = true;  ///< false: the client takes nothing from its socket
};

}  // namespace tim::server::test
