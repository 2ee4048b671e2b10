#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/command.h"
#include "engine/model/documents.h"
#include "engine/model/result.h"
#include "protocol/codec/buffer.h"
#include "protocol/codec/frame.h"
#include "protocol/codec/limits.h"
#include "protocol/schema/messages_generated.h"

// Between frames and the model. All functions are stateless and thread-safe; nothing here throws. An Error of
// kind `invalid` says what is wrong and where: `rows[3].customer_kind: 9 is no kind of customer`.
//
// Messages that are not on the hot path are built with the schema's object API: `append_request(out,
// correlation, schema::ShowRequestT{…})`, and read through the accessors that flatc generates.
namespace tim::codec {

static_assert(sizeof(schema::SaleRow) == kSaleRowBytes && sizeof(schema::SaleResult) == kSaleResultBytes);
static_assert(sizeof(schema::CommandRow) == kCommandRowBytes &&
              sizeof(schema::CommandResult) == kCommandResultBytes);

/// An instant that a message leaves out: "now" in requests, "never" in replies.
inline constexpr std::int64_t kNoInstantMs = model::kNoInstant.value;

// ---------------------------------------------------------------------------------------- both sides:
// reading

/// Verifies a payload (aligned to 8 bytes, as FrameReader gives it) as a Request with a body; rows are then
/// safe to read in place. The result points into the payload. A `body_type()` beyond those of the schema is
/// no error here: the server answers it with FailureCode::unsupported.
model::Result<const schema::Request*> read_request(std::span<const std::byte> payload);

/// The same for a Reply.
model::Result<const schema::Reply*> read_reply(std::span<const std::byte> payload);

// ---------------------------------------------------------------------------------------- server: rows to
// commands Each appends one command per row to `commands`; on an error it appends nothing. Texts of the
// commands point into the payload, which must outlive them. What the bytes can tell is judged here (enums,
// indices, padding, fields that a kind does not use); what the engine's rules judge is left to it (amounts,
// names, keys).

model::Result<void> decode_sales(const schema::SaleBatch& batch, model::ProgramId program,
                                 std::vector<model::Command>& commands);
model::Result<void> decode_commands(const schema::CommandBatch& batch, model::ProgramId program,
                                    std::vector<model::Command>& commands);
/// The commands point to their enrolments, which go to the end of `enrollments` (a deque: they stay where
/// they are).
model::Result<void> decode_enrollments(const schema::EnrollBatch& batch, model::ProgramId program,
                                       std::deque<model::Enrollment>& enrollments,
                                       std::vector<model::Command>& commands);

/// A tier by hand; texts of the command point into the payload.
struct DecodedOverride {
    model::Command command;  ///< all but its `tier_act`
    model::TierAct act;
};
model::Result<DecodedOverride> decode_override(const schema::TierOverride& row, model::ProgramId program);

/// A change of what a customer is classified by; texts of the command point into the payload.
struct DecodedClassify {
    model::Command command;  ///< all but its `class_terms`
    model::ClassifyTerms terms;
};
model::Result<DecodedClassify> decode_classify(const schema::Classify& row, model::ProgramId program);
/// Faults are named by field.
model::Result<model::ClassifyTerms> decode_class_change(const schema::ClassChange& change);

/// A request id that stands in a message of its own (ProgramPut, AccessKeyAdd, …): 16 bytes.
model::Result<model::Name> decode_request_id(const flatbuffers::Vector<std::uint8_t>* bytes);
/// A change of the network as a command; what it names beside the customer goes to the end of `terms` (a
/// deque: it stays where it is). Texts point into the payload.
model::Result<void> decode_network_change(const schema::NetworkChange& change, model::ProgramId program,
                                          std::deque<model::NetworkTerms>& terms,
                                          std::vector<model::Command>& commands);

/// The customer of a ShowRequest or HistoryRequest; kind id takes the id as decimal digits. The text points
/// into the payload.
model::Result<model::CustomerRef> decode_customer(const schema::CustomerKey& key);

// ---------------------------------------------------------------------------------------- server: outcomes
// to replies

schema::SaleResult to_sale_result(const model::Outcome& outcome);
schema::CommandResult to_command_result(const model::Outcome& outcome);

/// Whole frames, stamped from a template; at most kMaxRowsPerRequest outcomes, at least one.
void append_sale_results(ByteBuffer& out, std::uint32_t correlation,
                         std::span<const model::Outcome> outcomes);
void append_command_results(ByteBuffer& out, std::uint32_t correlation,
                            std::span<const model::Outcome> outcomes);

void append_failure(ByteBuffer& out, std::uint32_t correlation, schema::FailureCode code,
                    std::string_view message);

/// The keys of a customer for a reply.
std::vector<std::unique_ptr<schema::CustomerKeyT>> to_schema(std::span<const model::Key> keys);

// ---------------------------------------------------------------------------------------- client: commands
// to requests

/// Rows on their way to a batch: what does not fit a row stands in `texts`.
struct SaleRows {
    std::vector<schema::SaleRow> rows;
    std::vector<std::string> texts;

    /// The command must be a sale that is named by a receipt. An error when it does not fit the protocol (a
    /// text beyond kMaxTextBytes); then nothing was added.
    model::Result<void> add(const model::Command& sale);
    void clear();
};

struct CommandRows {
    std::vector<schema::CommandRow> rows;
    std::vector<std::string> texts;

    /// As SaleRows::add, for every kind from balance to adjust.
    model::Result<void> add(const model::Command& command);
    void clear();
};

/// Writes batches of one program; keeps a template per program, so that a batch without texts is a copy of
/// its rows. At least one row, at most kMaxRowsPerRequest (the caller splits).
class BatchEncoder {
  public:
    explicit BatchEncoder(std::string program);

    const std::string& program() const { return program_; }

    void append_sales(ByteBuffer& out, std::uint32_t correlation, std::span<const schema::SaleRow> rows,
                      std::span<const std::string> texts = {}) const;
    void append_commands(ByteBuffer& out, std::uint32_t correlation, std::span<const schema::CommandRow> rows,
                         std::span<const std::string> texts = {}) const;

  private:
    std::string program_;
    std::vector<std::byte> sales_template_;
    std::vector<std::byte> commands_template_;
};

/// Enrolments: commands of kind enroll with a request id; at most kMaxEnrollmentsPerRequest.
model::Result<void> append_enrollments(ByteBuffer& out, std::uint32_t correlation, std::string_view program,
                                       std::span<const model::Command> enrollments);

schema::ClassChangeT to_schema(const model::ClassifyTerms& terms);
schema::CustomerClassesT to_schema(const model::CustomerClasses& classes);
model::CustomerClasses to_model(const schema::CustomerClasses& told);

/// A customer for a ShowRequest or HistoryRequest.
schema::CustomerKeyT to_schema(const model::CustomerRef& customer);

// ---------------------------------------------------------------------------------------- client: results to
// outcomes

/// The answer as an Outcome (without program and depends_on, which do not cross the wire). A refusal code
/// that this version does not know is kept as it is.
model::Outcome to_outcome(const schema::SaleResult& result);
model::Outcome to_outcome(const schema::CommandResult& result);

// ---------------------------------------------------------------------------------------- any other message

/// Frames a finished FlatBuffer.
void append_frame(ByteBuffer& out, std::uint32_t correlation, const flatbuffers::FlatBufferBuilder& builder);

/// Any request: `append_request(out, correlation, schema::PingT{})`. Required fields must be set.
template <class Body>
void append_request(ByteBuffer& out, std::uint32_t correlation, Body body) {
    schema::RequestT request;
    request.body.Set(std::move(body));
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(schema::CreateRequest(builder, &request));
    append_frame(out, correlation, builder);
}

/// Any reply: `append_reply(out, correlation, schema::PongT{})`. Required fields must be set.
template <class Body>
void append_reply(ByteBuffer& out, std::uint32_t correlation, Body body) {
    schema::ReplyT reply;
    reply.body.Set(std::move(body));
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(schema::CreateReply(builder, &reply));
    append_frame(out, correlation, builder);
}

}  // namespace tim::codec
