// The client's part of customer relations: what customers are classified by, and segments of them.
#include <algorithm>
#include <array>

#include "clients/cpp/client.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/replies.h"
#include "protocol/codec/messages.h"

namespace tim::client {

namespace {

std::unique_ptr<schema::CustomerKeyT> customer_key(const model::CustomerRef& customer) {
    return std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
}

schema::SegmentRequestT request_for(std::string_view program, std::string_view segment,
                                    schema::SegmentKind kind) {
    schema::SegmentRequestT body;
    body.program = program;
    body.segment = segment;
    body.kind = kind;
    return body;
}

constexpr std::array<std::string_view, 10> kDimensions = {"status", "source", "channel", "staff", "nature",
                                                          "type",   "item",   "tier",    "class", "birthday"};

model::Result<SegmentCount> to_segment_count(const schema::Reply& reply) {
    const auto* body = reply.body_as_SegmentReply();
    if (body == nullptr) return other_reply(reply);
    return SegmentCount{body->customers(), body->of()};
}

ReportRow convert(const schema::ReportRow& told) {
    ReportRow row;
    for (std::size_t i = 0; told.values() != nullptr && i < told.values()->size(); ++i)
        row.values.push_back(told.values()->Get(static_cast<flatbuffers::uoffset_t>(i))->str());
    row.customers = told.customers();
    row.orders = told.orders();
    row.spend = {told.spend()};
    row.month_spend = {told.month_spend()};
    row.points = {told.points()};
    return row;
}

model::Result<SegmentReport> to_segment_report(const schema::Reply& reply) {
    const auto* body = reply.body_as_SegmentReply();
    if (body == nullptr || body->total() == nullptr) return other_reply(reply);
    SegmentReport report;
    for (std::size_t i = 0; body->rows() != nullptr && i < body->rows()->size(); ++i)
        report.rows.push_back(convert(*body->rows()->Get(static_cast<flatbuffers::uoffset_t>(i))));
    report.total = convert(*body->total());
    return report;
}

}  // namespace

std::optional<Dimension> read_dimension(std::string_view name) {
    const auto found = std::ranges::find(kDimensions, name);
    if (found == kDimensions.end()) return std::nullopt;
    return static_cast<Dimension>(found - kDimensions.begin());
}

std::string_view dimension_name(Dimension dimension) {
    return kDimensions[static_cast<std::size_t>(dimension)];
}

Admission Client::segment_count(std::string_view program, std::string_view segment,
                                Completion<SegmentCount> completion, std::int64_t timeout_ms) {
    return ask(std::make_unique<QueryRequest<SegmentCount>>(
                   request_for(program, segment, schema::SegmentKind::count), to_segment_count,
                   std::move(completion)),
               timeout_ms);
}

Admission Client::segment(std::string_view program, std::string_view segment, model::CustomerId after,
                          std::uint32_t limit, Completion<CustomersPage> completion,
                          std::int64_t timeout_ms) {
    schema::SegmentRequestT body = request_for(program, segment, schema::SegmentKind::list);
    body.after = after.value;
    body.limit = limit;
    return ask(
        std::make_unique<QueryRequest<CustomersPage>>(std::move(body), to_customers, std::move(completion)),
        timeout_ms);
}

Admission Client::segment_report(std::string_view program, std::string_view segment,
                                 const std::vector<Dimension>& by, Completion<SegmentReport> completion,
                                 std::int64_t timeout_ms) {
    schema::SegmentRequestT body = request_for(program, segment, schema::SegmentKind::report);
    for (const Dimension dimension : by)
        body.by.push_back(static_cast<schema::Dimension>(dimension));
    return ask(std::make_unique<QueryRequest<SegmentReport>>(std::move(body), to_segment_report,
                                                             std::move(completion)),
               timeout_ms);
}

Admission Client::classify(std::string_view program, const model::CustomerRef& customer,
                           const model::ClassifyTerms& terms, const model::Name& name, model::Instant at,
                           Completion<model::Outcome> completion, std::int64_t timeout_ms) {
    schema::ClassifyT body;
    const auto* id = reinterpret_cast<const std::uint8_t*>(name.bytes.data());
    body.request_id.assign(id, id + model::kRequestIdBytes);
    body.program = program;
    body.customer = customer_key(customer);
    body.at_ms = at.value;
    body.change = std::make_unique<schema::ClassChangeT>(codec::to_schema(terms));
    return ask(std::make_unique<ChangeRequest>(std::move(body), std::move(completion)), timeout_ms);
}

}  // namespace tim::client
