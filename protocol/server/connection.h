#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/access.h"
#include "engine/model/command.h"
#include "protocol/codec/frame.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/scram.h"
#include "protocol/server/batch.h"
#include "protocol/server/context.h"
#include "protocol/server/outbox.h"
#include "protocol/server/query.h"

namespace tim::server {

/// More than the number of any CommandKind.
inline constexpr std::size_t kCommandKinds = 128;

/// One client's conversation without its socket: bytes come in, commands go to a batch and queries out,
/// replies go to the outbox. A driver (a session on a socket, or a test) does this, on one thread:
///
///     read into `read_space`, say `received`; `take` requests into the batch; when `in_batch`, run the batch
///     before anything else is read; hand out `take_queries`; write what the outbox releases and say
///     `written`; while `open`; then `finish`, write what is left, close.
///
/// The client proves its key first (Hello, Challenge, Proof, Welcome); anything else before that is refused.
/// Replies to commands come in the order of the commands; replies to queries come when they are ready. A
/// query sees what the same connection's earlier commands did.
class Connection {
  public:
    Connection(ServerContext& context, BufferPool& pool);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    virtual ~Connection() = default;

    // ---- in

    /// Where the next bytes go. Not while `in_batch`: the batch refers to the bytes that are there.
    std::span<std::byte> read_space();
    void received(std::size_t count) { reader_.commit(count); }

    /// Takes the requests that have arrived whole, as far as there is room for their replies.
    void take(Batch& batch);

    /// Requests may be left that `take` had no room for: take again once `has_room`.
    bool has_more() const { return has_more_; }
    bool has_room() const;
    bool in_batch() const { return in_batch_; }

    /// Queries that may start now: empty while a batch is to run first.
    std::vector<Query> take_queries();

    // ---- out

    Outbox& outbox() { return outbox_; }
    /// `count` bytes that the outbox released have left.
    void written(std::size_t count) { in_flight_ -= outbox_.consume(count); }
    /// Frames of a query came back; `final_reply` unless they only tell of progress, `of_follow` when it was
    /// a FollowRequest.
    void answer_query(std::span<const std::byte> frames, bool final_reply, bool of_follow = false);

    // ---- the end

    /// False once there is nothing more to take from the client.
    bool open() const { return !closing_; }
    /// Takes nothing more: the client is gone, or the server stops.
    void close() { closing_ = true; }
    /// As `close`, and tells why at the very end.
    void fail(std::uint32_t correlation, schema::FailureCode code, std::string message);
    /// After the last batch and query: puts the reason of the end, if there is one to tell, behind the last
    /// reply.
    void finish();

    bool authenticated() const { return state_ == State::ready; }
    const model::AccessKey* key() const { return key_.get(); }
    /// Requests that were taken and whose replies have not left.
    std::size_t in_flight() const { return in_flight_; }
    std::size_t queries_in_flight() const { return queries_in_flight_; }
    /// Closes when the key was revoked, or has expired, since it was looked at last.
    void check_key();
    /// Whether the key holds at this moment: what was asked for a while ago need not be told any more.
    bool key_holds() const;

  private:
    friend class Batch;
    enum class State : std::uint8_t { awaiting_hello, awaiting_proof, ready };
    struct Farewell {
        std::uint32_t correlation;
        schema::FailureCode code;
        std::string message;
    };

    // For Batch.
    bool enter_batch();
    void leave_batch() { in_batch_ = administers_ = false; }
    void answer(std::uint32_t correlation, ReplyForm form, std::span<const model::Command> commands,
                std::span<const model::Outcome> outcomes);

    void handle(const codec::Frame& frame, Batch& batch);
    void greet(std::uint32_t correlation, const schema::Request& request);
    void begin_handshake(std::uint32_t correlation, const schema::Hello& hello);
    void check_proof(std::uint32_t correlation, const schema::Proof& proof);
    void handle_request(const codec::Frame& frame, const schema::Request& request, Batch& batch);
    /// A message of one program to commands of the batch, by `decode(program)`.
    template <class Message, class Decode>
    void take_message(std::uint32_t correlation, const Message& message, ReplyForm form, Batch& batch,
                      Decode decode);
    /// The same of a message of rows, of which `most` are allowed.
    template <class Rows, class Decode>
    void take_rows(std::uint32_t correlation, const Rows& rows, std::size_t most, ReplyForm form,
                   Batch& batch, Decode decode);
    void take_sales(std::uint32_t correlation, const schema::SaleBatch& sales, Batch& batch);
    void take_commands(std::uint32_t correlation, const schema::CommandBatch& rows, Batch& batch);
    void take_detailed_sales(std::uint32_t correlation, const schema::DetailedSaleBatch& rows, Batch& batch);
    void take_enrollments(std::uint32_t correlation, const schema::EnrollBatch& rows, Batch& batch);
    void take_network_change(std::uint32_t correlation, const schema::NetworkChange& change, Batch& batch);
    void take_order_change(std::uint32_t correlation, const schema::OrderChange& change, Batch& batch);
    void take_reward_change(std::uint32_t correlation, const schema::RewardChange& change, Batch& batch);
    void take_care_change(std::uint32_t correlation, const schema::CareChange& change, Batch& batch);
    void take_person_change(std::uint32_t correlation, const schema::PersonChange& change, Batch& batch);
    void put_program(std::uint32_t correlation, const schema::ProgramPut& put, Batch& batch);
    void add_access_key(std::uint32_t correlation, const schema::AccessKeyAdd& add, Batch& batch);
    void revoke_access_key(std::uint32_t correlation, const schema::AccessKeyRevoke& revoke, Batch& batch);
    void take_query(const codec::Frame& frame, const schema::Request& request);

    /// The number of a program that the key may touch; 0 for one that does not exist, which the engine
    /// refuses; none when the request was refused here.
    std::optional<model::ProgramId> find_program(std::uint32_t correlation, std::string_view id);
    bool within_rows(std::uint32_t correlation, std::size_t rows, std::size_t most);
    void classify(std::uint32_t correlation, const schema::Classify& row, Batch& batch);
    void override_tier(std::uint32_t correlation, const schema::TierOverride& row, Batch& batch);
    void take_single(std::uint32_t correlation, const flatbuffers::Vector<std::uint8_t>* request_id,
                     model::Command command, Batch& batch);
    void refuse_forbidden(std::size_t first, Batch& batch);
    /// Answers one request that is refused as a whole.
    void refuse_request(std::uint32_t correlation, schema::FailureCode code, std::string_view message);
    /// A reply that depends on nothing was appended to the outbox.
    void added_reply() {
        ++in_flight_;
        outbox_.added({});
    }

    ServerContext& context_;
    codec::FrameReader reader_;
    Outbox outbox_;
    State state_ = State::awaiting_hello;
    bool closing_ = false;
    bool has_more_ = false;
    bool in_batch_ = false;
    bool administers_ = false;  // a program or key of access is in the batch: later requests wait for it
    std::bitset<kCommandKinds> allowed_kinds_;
    std::size_t in_flight_ = 0;
    std::size_t queries_in_flight_ = 0;
    bool following_ = false;  // one of them is a FollowRequest
    std::uint64_t revocations_seen_ = 0;
    std::shared_ptr<const model::AccessKey> key_;
    std::string last_program_;  // the hot path asks for the same one again and again
    model::ProgramId last_program_id_{};
    std::vector<Query> queries_;
    std::optional<codec::ServerHandshake> handshake_;
    std::optional<Farewell> farewell_;
};

}  // namespace tim::server
