// Commands to rows, outcomes to results, and the templates that hot messages are stamped from.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "protocol/codec/messages.h"

namespace tim::codec {

namespace {

using model::ErrorKind;
using model::failure;
using model::KeyKind;
using model::NameKind;

std::span<const std::byte> bytes_of(const flatbuffers::FlatBufferBuilder& builder) {
    return {reinterpret_cast<const std::byte*>(builder.GetBufferPointer()), builder.GetSize()};
}

// FlatBuffers are built from their end: a vector that is made first stands last. So a message with one row
// is, without that row, what stands before the rows of every message of that kind, up to three numbers: the
// frame's length, its correlation and the count of rows.

template <class Row>
std::vector<std::byte> template_of(const flatbuffers::FlatBufferBuilder& builder) {
    ByteBuffer frame;
    append_frame(frame, 0, builder);
    const std::size_t size = frame.size() - sizeof(Row);
    std::uint32_t count = 0;
    std::memcpy(&count, frame.data() + size - sizeof count, sizeof count);
    if (builder.GetSize() % kFrameAlignment != 0 || size % kFrameAlignment != 0 || count != 1) {
        std::fputs("tim: this FlatBuffers library lays messages out in another way\n", stderr);
        std::abort();
    }
    return {frame.data(), frame.data() + size};
}

/// Appends the frame without its rows, and returns the place for them.
std::byte* stamp(ByteBuffer& out, std::span<const std::byte> prefix, std::uint32_t correlation,
                 std::size_t rows, std::size_t row_bytes) {
    const FrameHeader header{
        static_cast<std::uint32_t>(prefix.size() - sizeof(FrameHeader) + rows * row_bytes), correlation};
    const auto count = static_cast<std::uint32_t>(rows);
    std::byte* place = out.extend(prefix.size() + rows * row_bytes);
    std::memcpy(place, prefix.data(), prefix.size());
    std::memcpy(place, &header, sizeof header);
    std::memcpy(place + prefix.size() - sizeof count, &count, sizeof count);
    return place + prefix.size();
}

std::vector<std::byte> sale_results_template() {
    const schema::SaleResult row{};
    flatbuffers::FlatBufferBuilder builder;
    const auto rows = builder.CreateVectorOfStructs(&row, 1);
    const auto body = schema::CreateSaleResults(builder, rows);
    builder.Finish(schema::CreateReply(builder, schema::ReplyBody::SaleResults, body.Union()));
    return template_of<schema::SaleResult>(builder);
}

std::vector<std::byte> command_results_template() {
    const schema::CommandResult row{};
    flatbuffers::FlatBufferBuilder builder;
    const auto rows = builder.CreateVectorOfStructs(&row, 1);
    const auto body = schema::CreateCommandResults(builder, rows);
    builder.Finish(schema::CreateReply(builder, schema::ReplyBody::CommandResults, body.Union()));
    return template_of<schema::CommandResult>(builder);
}

using Program = flatbuffers::Offset<flatbuffers::String>;
using Texts = flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>>;
template <class Row>
using Rows = flatbuffers::Offset<flatbuffers::Vector<const Row*>>;

struct SaleRequest {
    using Row = schema::SaleRow;
    static constexpr auto kBody = schema::RequestBody::SaleBatch;
    static flatbuffers::Offset<void> create(flatbuffers::FlatBufferBuilder& builder, Program program,
                                            Rows<Row> rows, Texts texts) {
        return schema::CreateSaleBatch(builder, program, rows, texts).Union();
    }
};

struct CommandRequest {
    using Row = schema::CommandRow;
    static constexpr auto kBody = schema::RequestBody::CommandBatch;
    static flatbuffers::Offset<void> create(flatbuffers::FlatBufferBuilder& builder, Program program,
                                            Rows<Row> rows, Texts texts) {
        return schema::CreateCommandBatch(builder, program, rows, texts).Union();
    }
};

template <class Kind>
void build_batch(flatbuffers::FlatBufferBuilder& builder, const std::string& program,
                 std::span<const typename Kind::Row> rows, std::span<const std::string> texts) {
    const auto row_vector = builder.CreateVectorOfStructs(rows.data(), rows.size());
    Texts text_vector;
    if (!texts.empty()) {
        std::vector<flatbuffers::Offset<flatbuffers::String>> offsets;
        offsets.reserve(texts.size());
        for (const std::string& text : texts)
            offsets.push_back(builder.CreateString(text));
        text_vector = builder.CreateVector(offsets);
    }
    const auto program_string = builder.CreateString(program);
    const auto body = Kind::create(builder, program_string, row_vector, text_vector);
    builder.Finish(schema::CreateRequest(builder, Kind::kBody, body));
}

template <class Kind>
std::vector<std::byte> batch_template(const std::string& program) {
    const typename Kind::Row row{};
    flatbuffers::FlatBufferBuilder builder;
    build_batch<Kind>(builder, program, {&row, 1}, {});
    return template_of<typename Kind::Row>(builder);
}

template <class Kind>
void append_batch(ByteBuffer& out, std::uint32_t correlation, const std::string& program,
                  std::span<const std::byte> prefix, std::span<const typename Kind::Row> rows,
                  std::span<const std::string> texts) {
    if (texts.empty()) {
        std::byte* place = stamp(out, prefix, correlation, rows.size(), sizeof(typename Kind::Row));
        if (!rows.empty()) std::memcpy(place, rows.data(), rows.size_bytes());
        return;
    }
    flatbuffers::FlatBufferBuilder builder(rows.size_bytes() + 1024);
    build_batch<Kind>(builder, program, rows, texts);
    append_frame(out, correlation, builder);
}

struct PackedCustomer {
    schema::CustomerBytes bytes;
    schema::CustomerKind kind = schema::CustomerKind::none;
    std::uint8_t in_table = 0;
};

template <class Struct>
void fill(Struct& target, const void* bytes, std::size_t count) {
    if (count != 0) std::memcpy(static_cast<void*>(&target), bytes, count);
}

model::Result<std::uint32_t> add_text(std::vector<std::string>& texts, std::string_view text) {
    if (text.size() > kMaxTextBytes)
        return failure(ErrorKind::invalid,
                       fmt::format("a text of {} bytes; {} are the most", text.size(), kMaxTextBytes));
    texts.emplace_back(text);
    return static_cast<std::uint32_t>(texts.size() - 1);
}

model::Result<PackedCustomer> pack_customer(const model::CustomerRef& customer,
                                            std::vector<std::string>& texts) {
    PackedCustomer packed;
    packed.kind = static_cast<schema::CustomerKind>(customer.kind);
    if (customer.kind == KeyKind::none) return packed;
    if (customer.kind == KeyKind::id) {
        fill(packed.bytes, &customer.id.value, sizeof customer.id.value);
        return packed;
    }
    if (customer.text.find('\0') != std::string_view::npos)
        return failure(ErrorKind::invalid, "the customer's key holds a zero byte");
    if (customer.text.size() <= sizeof packed.bytes) {
        fill(packed.bytes, customer.text.data(), customer.text.size());
        return packed;
    }
    const auto index = add_text(texts, customer.text);
    if (!index) return tl::unexpected(index.error());
    packed.in_table = 1;
    fill(packed.bytes, &*index, sizeof *index);
    return packed;
}

schema::NameBytes pack_name(const model::Name& name) {
    schema::NameBytes bytes;
    fill(bytes, name.bytes.data(), name.bytes.size());
    return bytes;
}

}  // namespace

// ---------------------------------------------------------------------------------------- replies

schema::SaleResult to_sale_result(const model::Outcome& outcome) {
    return schema::SaleResult(outcome.sequence.value, outcome.points.value, outcome.balance.value,
                              outcome.spendable.value, outcome.detail,
                              static_cast<std::uint16_t>(outcome.refusal), outcome.version.value,
                              outcome.duplicate ? 1 : 0, outcome.tier_before, outcome.tier_after, 0);
}

schema::CommandResult to_command_result(const model::Outcome& outcome) {
    constexpr std::array<std::uint8_t, 9> kReserved{};
    return schema::CommandResult(
        outcome.sequence.value, outcome.customer.value, outcome.points.value, outcome.balance.value,
        outcome.spendable.value, outcome.held.value, outcome.lifetime_spend.value, outcome.detail,
        static_cast<std::uint16_t>(outcome.refusal), outcome.version.value, outcome.duplicate ? 1 : 0,
        outcome.tier_before, outcome.tier_after, flatbuffers::span<const std::uint8_t, 9>(kReserved));
}

void append_sale_results(ByteBuffer& out, std::uint32_t correlation,
                         std::span<const model::Outcome> outcomes) {
    static const std::vector<std::byte> prefix = sale_results_template();
    std::byte* place = stamp(out, prefix, correlation, outcomes.size(), sizeof(schema::SaleResult));
    for (const model::Outcome& outcome : outcomes) {
        const schema::SaleResult row = to_sale_result(outcome);
        std::memcpy(place, &row, sizeof row);
        place += sizeof row;
    }
}

void append_command_results(ByteBuffer& out, std::uint32_t correlation,
                            std::span<const model::Outcome> outcomes) {
    static const std::vector<std::byte> prefix = command_results_template();
    std::byte* place = stamp(out, prefix, correlation, outcomes.size(), sizeof(schema::CommandResult));
    for (const model::Outcome& outcome : outcomes) {
        const schema::CommandResult row = to_command_result(outcome);
        std::memcpy(place, &row, sizeof row);
        place += sizeof row;
    }
}

void append_failure(ByteBuffer& out, std::uint32_t correlation, schema::FailureCode code,
                    std::string_view message) {
    flatbuffers::FlatBufferBuilder builder(256);
    const auto text = builder.CreateString(message.data(), message.size());
    const auto body = schema::CreateFailure(builder, code, text);
    builder.Finish(schema::CreateReply(builder, schema::ReplyBody::Failure, body.Union()));
    append_frame(out, correlation, builder);
}

std::vector<std::unique_ptr<schema::CustomerKeyT>> to_schema(std::span<const model::Key> keys) {
    std::vector<std::unique_ptr<schema::CustomerKeyT>> tables;
    tables.reserve(keys.size());
    for (const model::Key& key : keys) {
        auto table = std::make_unique<schema::CustomerKeyT>();
        table->kind = static_cast<schema::CustomerKind>(key.kind);
        table->text = key.text;
        tables.push_back(std::move(table));
    }
    return tables;
}

// ---------------------------------------------------------------------------------------- requests

model::Result<void> SaleRows::add(const model::Command& sale) {
    if (sale.kind != model::CommandKind::sale || sale.name.kind != NameKind::receipt)
        return failure(ErrorKind::invalid, "only sales that are named by a receipt are sent as sale rows");
    const auto customer = pack_customer(sale.customer, texts);
    if (!customer) return tl::unexpected(customer.error());
    rows.emplace_back(sale.at.value, sale.amount.value, customer->bytes, pack_name(sale.name),
                      sale.name.terminal.value, customer->kind, customer->in_table, std::uint16_t{0});
    return {};
}

void SaleRows::clear() {
    rows.clear();
    texts.clear();
}

model::Result<void> CommandRows::add(const model::Command& command) {
    if (command.kind > model::CommandKind::adjust)
        return failure(ErrorKind::invalid, "a command of this kind is sent as a message of its own");
    const std::size_t texts_before = texts.size();
    const auto customer = pack_customer(command.customer, texts);
    if (!customer) return tl::unexpected(customer.error());
    std::uint32_t text = 0;
    if (!command.reason.empty()) {
        const auto index = add_text(texts, command.reason);
        if (!index) {
            texts.resize(texts_before);
            return tl::unexpected(index.error());
        }
        text = *index + 1;
    }
    constexpr std::array<std::uint8_t, 30> kReserved{};
    rows.emplace_back(command.at.value, command.amount.value, command.points.value, command.ttl_ms,
                      command.hold.value, customer->bytes, pack_name(command.name),
                      pack_name(command.original), command.name.terminal.value,
                      command.original.terminal.value, text, static_cast<schema::RowKind>(command.kind),
                      customer->kind, customer->in_table, static_cast<schema::NameKind>(command.name.kind),
                      command.original.kind == NameKind::receipt ? std::uint8_t{1} : std::uint8_t{0},
                      command.ranking ? std::uint8_t{1} : std::uint8_t{0},
                      flatbuffers::span<const std::uint8_t, 30>(kReserved));
    return {};
}

void CommandRows::clear() {
    rows.clear();
    texts.clear();
}

BatchEncoder::BatchEncoder(std::string program)
    : program_(std::move(program)),
      sales_template_(batch_template<SaleRequest>(program_)),
      commands_template_(batch_template<CommandRequest>(program_)) {}

void BatchEncoder::append_sales(ByteBuffer& out, std::uint32_t correlation,
                                std::span<const schema::SaleRow> rows,
                                std::span<const std::string> texts) const {
    append_batch<SaleRequest>(out, correlation, program_, sales_template_, rows, texts);
}

void BatchEncoder::append_commands(ByteBuffer& out, std::uint32_t correlation,
                                   std::span<const schema::CommandRow> rows,
                                   std::span<const std::string> texts) const {
    append_batch<CommandRequest>(out, correlation, program_, commands_template_, rows, texts);
}

model::Result<void> append_enrollments(ByteBuffer& out, std::uint32_t correlation, std::string_view program,
                                       std::span<const model::Command> enrollments) {
    schema::EnrollBatchT batch;
    batch.program = program;
    batch.rows.reserve(enrollments.size());
    for (const model::Command& command : enrollments) {
        if (command.kind != model::CommandKind::enroll || command.enrollment == nullptr ||
            command.name.kind != NameKind::request)
            return failure(ErrorKind::invalid, "an enrolment is named by a request id and has keys");
        auto row = std::make_unique<schema::EnrollmentT>();
        const auto* id = reinterpret_cast<const std::uint8_t*>(command.name.bytes.data());
        row->request_id.assign(id, id + model::kRequestIdBytes);
        row->at_ms = command.at.value;
        row->name = command.enrollment->name;
        if (row->name.size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("a name of {} bytes; {} are the most",
                                                           row->name.size(), kMaxTextBytes));
        for (const model::CustomerRef& key : command.enrollment->keys) {
            if (key.text.size() > kMaxTextBytes)
                return failure(ErrorKind::invalid, fmt::format("a key of {} bytes; {} are the most",
                                                               key.text.size(), kMaxTextBytes));
            row->keys.push_back(std::make_unique<schema::CustomerKeyT>(to_schema(key)));
        }
        if (command.enrollment->vip.kind != KeyKind::none)
            row->vip = std::make_unique<schema::CustomerKeyT>(to_schema(command.enrollment->vip));
        row->referral = command.enrollment->referral;
        if (row->referral.size() > kMaxReferralBytes)
            return failure(ErrorKind::invalid, fmt::format("a referral code of {} bytes; {} are the most",
                                                           row->referral.size(), kMaxReferralBytes));
        if (!command.enrollment->classes.empty())
            row->classes = std::make_unique<schema::ClassChangeT>(to_schema(command.enrollment->classes));
        batch.rows.push_back(std::move(row));
    }
    append_request(out, correlation, std::move(batch));
    return {};
}

schema::CustomerKeyT to_schema(const model::CustomerRef& customer) {
    schema::CustomerKeyT key;
    key.kind = static_cast<schema::CustomerKind>(customer.kind);
    key.text = customer.kind == KeyKind::id ? fmt::format("{}", customer.id.value) : customer.text;
    return key;
}

void append_frame(ByteBuffer& out, std::uint32_t correlation, const flatbuffers::FlatBufferBuilder& builder) {
    append_frame(out, correlation, bytes_of(builder));
}

}  // namespace tim::codec
