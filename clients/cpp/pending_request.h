#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "clients/cpp/types.h"
#include "protocol/codec/buffer.h"
#include "protocol/codec/detailed_sales.h"
#include "protocol/codec/messages.h"

namespace tim::client {

namespace schema = tim::schema;

/// What a reply means for the request that it answers.
enum class Verdict : std::uint8_t {
    done,   ///< answered: complete it
    more,   ///< progress; the answer is still to come
    retry,  ///< refused for the moment, all of it or some rows: send what is left after a while
    wrong,  ///< the reply does not fit the request: the server broke the protocol
};

/// A request until it is answered: it can be encoded again and again, always under the same name, so that it
/// survives lost connections. What was answered for good is not sent again.
class PendingRequest {
  public:
    virtual ~PendingRequest() = default;

    virtual void encode(codec::ByteBuffer& out, std::uint32_t correlation) const = 0;
    /// False for a request that was found wrong beforehand: it is completed, not sent.
    virtual bool is_sendable() const { return true; }

    virtual Verdict take_sales(std::span<const schema::SaleResult>) { return Verdict::wrong; }
    virtual Verdict take_commands(std::span<const schema::CommandResult>) { return Verdict::wrong; }
    virtual Verdict take_reply(const schema::Reply&) { return Verdict::wrong; }

    /// Exactly one of the two is called, once. `complete` also ends a request whose `retry` is not wanted
    /// any more: the refusals are then part of the answer.
    virtual void complete() = 0;
    virtual void fail(const model::Error& error) = 0;

    std::size_t row_count = 1;     ///< what it counts for in the bound on rows in flight
    std::int64_t timeout_ms = 0;   ///< 0: none
    std::int64_t deadline_ms = 0;  ///< on the client's clock; 0: none
    unsigned refusals = 0;         ///< how often it was refused for the moment
    std::shared_ptr<void> ticket;  ///< its room in the client's bound; given back before it is completed
    bool is_waiting = false;       ///< for the time of its next attempt; not with the server
};

// ---------------------------------------------------------------------------------------- rows

struct OwnedEnrollment {
    model::Name name;
    model::Instant at = model::kNoInstant;
    std::vector<model::Key> keys;
    std::string person;
    model::CustomerRef vip;  ///< its text is in vip_text
    std::string vip_text;
    std::string referral;
    model::ClassifyTerms classes;
};

/// A batch of sales, commands or enrolments. Rows refused as overloaded, disk_full or stopping are sent again
/// alone; the others keep their first answer.
class RowsRequest final : public PendingRequest {
  public:
    using Rows = std::variant<codec::SaleRows, codec::CommandRows, std::vector<OwnedEnrollment>>;

    /// Errors: invalid (no rows, too many, or one that the protocol cannot carry).
    static model::Result<std::unique_ptr<RowsRequest>> sales(std::string_view program,
                                                             std::span<const model::Command> rows);
    static model::Result<std::unique_ptr<RowsRequest>> commands(std::string_view program,
                                                                std::span<const model::Command> rows);
    static model::Result<std::unique_ptr<RowsRequest>> enrollments(std::string_view program,
                                                                   std::span<const model::Command> rows);

    void on_completion(Completion<Outcomes> completion) { completion_ = std::move(completion); }

    void encode(codec::ByteBuffer& out, std::uint32_t correlation) const override;
    Verdict take_sales(std::span<const schema::SaleResult> results) override;
    Verdict take_commands(std::span<const schema::CommandResult> results) override;
    Verdict take_reply(const schema::Reply& reply) override;
    void complete() override;
    void fail(const model::Error& error) override;

  private:
    RowsRequest(std::string_view program, Rows rows, std::size_t row_count);

    template <class Result>
    Verdict take(std::span<const Result> results);

    codec::BatchEncoder encoder_;
    Rows rows_;
    std::vector<std::uint32_t>
        open_;  ///< places of the rows to be answered; empty before the first retry: all
    Outcomes outcomes_;
    model::Result<void> failure_;
    Completion<Outcomes> completion_;
};

/// A batch of sales with details. Retried like RowsRequest.
class DetailedSalesRequest final : public PendingRequest {
  public:
    /// Errors: invalid (no rows, too many, or one that the protocol cannot carry).
    static model::Result<std::unique_ptr<DetailedSalesRequest>> make(std::string_view program,
                                                                     std::span<const model::Command> rows);

    void on_completion(Completion<std::vector<DetailedOutcome>> completion) {
        completion_ = std::move(completion);
    }

    void encode(codec::ByteBuffer& out, std::uint32_t correlation) const override;
    Verdict take_reply(const schema::Reply& reply) override;
    void complete() override;
    void fail(const model::Error& error) override;

  private:
    DetailedSalesRequest(std::string_view program, std::vector<schema::DetailedSaleT> rows);

    std::string program_;
    std::vector<schema::DetailedSaleT> rows_;
    std::vector<std::uint32_t> open_;  ///< places of the rows to be answered
    std::vector<DetailedOutcome> outcomes_;
    model::Result<void> failure_;
    Completion<std::vector<DetailedOutcome>> completion_;
};

/// A request that was wrong before it was sent.
template <class T>
class InvalidRequest final : public PendingRequest {
  public:
    InvalidRequest(model::Error error, Completion<T> completion)
        : error_(std::move(error)), completion_(std::move(completion)) {}
    void encode(codec::ByteBuffer&, std::uint32_t) const override {}
    bool is_sendable() const override { return false; }
    void complete() override { completion_(tl::unexpected(error_)); }
    void fail(const model::Error&) override { complete(); }

  private:
    model::Error error_;
    Completion<T> completion_;
};

// ---------------------------------------------------------------------------------------- other messages

/// Any other request: kept as the frame that it is sent in.
class MessageRequest : public PendingRequest {
  public:
    void encode(codec::ByteBuffer& out, std::uint32_t correlation) const override;

  protected:
    template <class Body>
    explicit MessageRequest(Body body) {
        codec::append_request(frame_, 0, std::move(body));
    }

  private:
    codec::ByteBuffer frame_;
};

/// A question; `convert` reads the answer.
template <class T>
class QueryRequest final : public MessageRequest {
  public:
    using Convert = model::Result<T> (*)(const schema::Reply&);

    template <class Body>
    QueryRequest(Body body, Convert convert, Completion<T> completion, ProgressCallback progress = {})
        : MessageRequest(std::move(body)),
          convert_(convert),
          completion_(std::move(completion)),
          progress_(std::move(progress)) {}

    Verdict take_reply(const schema::Reply& reply) override {
        if (const auto* step = reply.body_as_Progress()) {
            if (progress_) progress_(step->done(), step->total());
            return Verdict::more;
        }
        answer_ = convert_(reply);
        return Verdict::done;
    }
    void complete() override { completion_(std::move(answer_)); }
    void fail(const model::Error& error) override { completion_(tl::unexpected(error)); }

  private:
    Convert convert_;
    Completion<T> completion_;
    ProgressCallback progress_;
    model::Result<T> answer_;
};

/// A change of an order, or of a reward's codes: answered like one sale with details.
class DetailedChangeRequest final : public MessageRequest {
  public:
    template <class Body>
    DetailedChangeRequest(Body body, Completion<DetailedOutcome> completion)
        : MessageRequest(std::move(body)), completion_(std::move(completion)) {}

    Verdict take_reply(const schema::Reply& reply) override;
    void complete() override { completion_(std::move(answer_)); }
    void fail(const model::Error& error) override { completion_(tl::unexpected(error)); }

  private:
    Completion<DetailedOutcome> completion_;
    model::Result<DetailedOutcome> answer_;
};

/// A change that travels as a message of its own and is answered like a row.
class ChangeRequest final : public MessageRequest {
  public:
    template <class Body>
    ChangeRequest(Body body, Completion<model::Outcome> completion)
        : MessageRequest(std::move(body)), completion_(std::move(completion)) {}

    Verdict take_commands(std::span<const schema::CommandResult> results) override;
    Verdict take_reply(const schema::Reply& reply) override;
    void complete() override { completion_(std::move(answer_)); }
    void fail(const model::Error& error) override { completion_(tl::unexpected(error)); }

  private:
    Completion<model::Outcome> completion_;
    model::Result<model::Outcome> answer_;
};

}  // namespace tim::client
