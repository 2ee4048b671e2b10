#include "fake_server.h"

#include <fmt/format.h>

#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <asio/write.hpp>
#include <cstring>

#include "protocol/codec/detailed_sales.h"

namespace tim::client::testing {

codec::AccessSecret test_secret() {
    std::array<std::uint8_t, 32> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(3 * i + 1);
    return {"till-1", bytes};
}

model::AccessKey test_access_key() {
    static const model::AccessKey key =
        *codec::make_access_key(test_secret(), model::Role::admin, {}, codec::Salt{1, 2, 3});
    return key;
}

model::Outcome FakeEngine::execute(const model::Command& command) {
    const std::scoped_lock guard(mutex_);
    const std::string name =
        command.kind == model::CommandKind::balance ? std::string() : model::format_name(command.name);
    if (const auto known = done_.find(name); !name.empty() && known != done_.end()) {
        ++repeats_;
        model::Outcome outcome = known->second;
        outcome.duplicate = true;
        return outcome;
    }
    model::Outcome outcome;
    outcome.refusal = judge ? judge(command) : model::Refusal::none;
    if (outcome.refusal != model::Refusal::none) {
        ++refusals_[name];
        return outcome;
    }
    outcome.points = {command.amount.value / 1000};
    outcome.customer = {7};
    if (!name.empty()) {
        order_.push_back(name);
        outcome.sequence = {order_.size()};
        done_[name] = outcome;
    }
    return outcome;
}

std::vector<std::string> FakeEngine::carried_out() const {
    const std::scoped_lock guard(mutex_);
    return order_;
}

std::uint64_t FakeEngine::repeats() const {
    const std::scoped_lock guard(mutex_);
    return repeats_;
}

std::map<std::string, int> FakeEngine::refusals() const {
    const std::scoped_lock guard(mutex_);
    return refusals_;
}

bool FakeSession::receive(std::span<const std::byte> bytes) {
    const auto space = reader_.prepare(bytes.size());
    std::memcpy(space.data(), bytes.data(), bytes.size());
    reader_.commit(bytes.size());
    for (;;) {
        const auto frame = reader_.next();
        if (!frame) {
            codec::append_failure(out_, 0, schema::FailureCode::malformed, frame.error().message);
            return false;
        }
        if (!*frame) return true;
        if (!take(**frame)) return false;
    }
}

bool FakeSession::take(const codec::Frame& frame) {
    const auto read = codec::read_request(frame.payload);
    if (!read) {
        codec::append_failure(out_, frame.correlation, schema::FailureCode::malformed, read.error().message);
        return false;
    }
    if (behaviour_.full) {
        codec::append_failure(out_, 0, schema::FailureCode::overloaded, "too many connections");
        return false;
    }
    const schema::Request& request = **read;
    if (ready_) return take_request(frame, request);
    if (const auto* hello = request.body_as_Hello()) {
        const model::AccessKey key = test_access_key();
        const codec::Nonce nonce{9, 9, 9};
        const std::array<std::uint8_t, 32> decoy{5};
        auto handshake = codec::ServerHandshake::begin(
            hello->key_id()->string_view(),
            behaviour_.knows_key && hello->key_id()->str() == key.id ? &key : nullptr,
            {hello->client_nonce()->data(), hello->client_nonce()->size()}, nonce, decoy);
        if (!handshake) return false;
        schema::ChallengeT challenge;
        challenge.salt.assign(handshake->salt().begin(), handshake->salt().end());
        challenge.iterations = handshake->iterations();
        challenge.server_nonce.assign(nonce.begin(), nonce.end());
        handshake_ = std::move(*handshake);
        codec::append_reply(out_, frame.correlation, std::move(challenge));
        return true;
    }
    const auto* proof = request.body_as_Proof();
    if (!proof || !handshake_) return false;
    auto signature = handshake_->check({proof->client_proof()->data(), proof->client_proof()->size()});
    if (!signature) {
        codec::append_failure(out_, frame.correlation, schema::FailureCode::denied,
                              signature.error().message);
        return false;
    }
    if (behaviour_.lies) (*signature)[0] ^= 1;
    schema::WelcomeT welcome;
    welcome.server_signature.assign(signature->begin(), signature->end());
    welcome.role = schema::Role::admin;
    welcome.server = "fake";
    codec::append_reply(out_, frame.correlation, std::move(welcome));
    ready_ = true;
    if (behaviour_.garbage_after_welcome) {
        const std::vector<std::byte> garbage(64, std::byte{0xee});
        out_.append(garbage);
    }
    return true;
}

bool FakeSession::reply_counts() {
    if (!behaviour_.replies) return true;
    return replied_++ < *behaviour_.replies;
}

bool FakeSession::take_request(const codec::Frame& frame, const schema::Request& request) {
    if (behaviour_.swallow) return true;
    if (behaviour_.revoked_later) {
        codec::append_failure(out_, 0, schema::FailureCode::denied, "the key was revoked");
        return false;
    }
    std::vector<model::Command> commands;
    std::deque<model::Enrollment> enrollments;
    std::deque<model::SaleDetails> details;
    model::Result<void> decoded;
    bool is_rows = true;
    bool is_sales = false;
    bool is_detailed = false;
    if (const auto* sales = request.body_as_SaleBatch()) {
        decoded = codec::decode_sales(*sales, {1}, commands);
        is_sales = true;
    } else if (const auto* rows = request.body_as_CommandBatch()) {
        decoded = codec::decode_commands(*rows, {1}, commands);
    } else if (const auto* people = request.body_as_EnrollBatch()) {
        decoded = codec::decode_enrollments(*people, {1}, enrollments, commands);
    } else if (const auto* detailed = request.body_as_DetailedSaleBatch();
               detailed && !engine_.answer_other) {
        decoded = codec::decode_detailed_sales(*detailed, {1}, details, commands);
        is_detailed = true;
    } else {
        is_rows = false;
    }
    if (!decoded) {
        codec::append_failure(out_, frame.correlation, schema::FailureCode::invalid, decoded.error().message);
        return true;
    }
    std::vector<model::Outcome> outcomes;
    for (const auto& command : commands)
        outcomes.push_back(engine_.execute(command));
    // From here on the connection may die: what was asked for was done, but nobody learns it.
    if (!reply_counts()) return false;
    if (is_sales) {
        codec::append_sale_results(out_, frame.correlation, outcomes);
    } else if (is_detailed) {
        const std::vector<std::vector<model::Effect>> effects(outcomes.size());
        codec::append_detailed_sale_results(out_, frame.correlation, outcomes, effects);
    } else if (is_rows) {
        codec::append_command_results(out_, frame.correlation, outcomes);
    } else if (engine_.answer_other && engine_.answer_other(request, frame.correlation, out_)) {
        return true;
    } else if (request.body_as_Ping()) {
        codec::append_reply(out_, frame.correlation, schema::PongT{});
    } else {
        codec::append_failure(out_, frame.correlation, schema::FailureCode::unsupported, "not known here");
    }
    return true;
}

// ---------------------------------------------------------------------------------------- on loopback

struct FakeServer::Peer : std::enable_shared_from_this<Peer> {
    Peer(asio::ip::tcp::socket connected, FakeEngine& engine, FakeBehaviour behaviour)
        : socket(std::move(connected)), session(engine, behaviour) {}

    void read() {
        socket.async_read_some(
            asio::buffer(bytes), [self = shared_from_this()](std::error_code error, std::size_t n) {
                if (error) return;
                const bool goes_on = self->session.receive(std::span(self->bytes).first(n));
                self->write(goes_on);
            });
    }
    void write(bool goes_on) {
        sending.swap(session.out());
        const auto view = sending.view();
        asio::async_write(socket, asio::buffer(view.data(), view.size()),
                          [self = shared_from_this(), goes_on](std::error_code error, std::size_t) {
                              self->sending.clear();
                              if (!error && goes_on) return self->read();
                              std::error_code ignored;
                              self->socket.close(ignored);
                          });
    }

    asio::ip::tcp::socket socket;
    FakeSession session;
    codec::ByteBuffer sending;
    std::vector<std::byte> bytes = std::vector<std::byte>(64 * 1024);
};

FakeServer::FakeServer(FakeEngine& engine, std::uint16_t port)
    : engine_(engine), acceptor_(io_, {asio::ip::make_address("127.0.0.1"), port}) {
    port_ = acceptor_.local_endpoint().port();
    accept();
    thread_ = std::thread([this] { io_.run(); });
}

FakeServer::~FakeServer() {
    io_.stop();
    thread_.join();
}

void FakeServer::accept() {
    acceptor_.async_accept([this](std::error_code error, asio::ip::tcp::socket socket) {
        if (error) return;
        ++connections_;
        FakeBehaviour behaviour;
        {
            const std::scoped_lock guard(mutex_);
            if (!script_.empty()) {
                behaviour = script_.front();
                script_.pop_front();
            }
        }
        std::make_shared<Peer>(std::move(socket), engine_, behaviour)->read();
        accept();
    });
}

void FakeServer::script(std::vector<FakeBehaviour> behaviours) {
    const std::scoped_lock guard(mutex_);
    script_.assign(behaviours.begin(), behaviours.end());
}

ConnectOptions FakeServer::options() const {
    ConnectOptions options;
    options.port = port_;
    options.key = test_secret();
    return options;
}

model::Command sale(std::uint64_t number, std::string_view customer) {
    model::Command command;
    command.kind = model::CommandKind::sale;
    command.name = model::Name::receipt({1}, fmt::format("R{}", number));
    command.customer = {model::KeyKind::phone, {}, customer};
    command.amount = {1000 * static_cast<std::int64_t>(number + 1)};
    command.at = {1'700'000'000'000};
    return command;
}

}  // namespace tim::client::testing
