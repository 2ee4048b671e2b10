#include "clients/cpp/pending_request.h"

#include <fmt/format.h>

#include <cstring>

#include "clients/cpp/replies.h"
#include "clients/cpp/session_core.h"

namespace tim::client {
namespace {

using model::ErrorKind;

model::Result<void> check_count(std::size_t count, std::size_t most) {
    if (count == 0) return model::failure(ErrorKind::invalid, "a batch has at least one row");
    if (count > most)
        return model::failure(ErrorKind::invalid,
                              fmt::format("a batch has at most {} rows, not {}", most, count));
    return {};
}

template <class Rows>
model::Result<Rows> encode_rows(std::span<const model::Command> commands) {
    if (auto counted = check_count(commands.size(), codec::kMaxRowsPerRequest); !counted)
        return tl::unexpected(counted.error());
    Rows rows;
    rows.rows.reserve(commands.size());
    for (std::size_t i = 0; i < commands.size(); ++i)
        if (auto added = rows.add(commands[i]); !added)
            return model::failure(added.error().kind, fmt::format("row {}: {}", i, added.error().message));
    return rows;
}

/// Enrolments as the codec takes them: commands that point to what they enrol.
struct EnrollCommands {
    std::vector<model::Enrollment> enrollments;
    std::vector<model::Command> commands;

    void add(const OwnedEnrollment& row) {
        model::Enrollment enrollment;
        for (const auto& key : row.keys)
            enrollment.keys.push_back({key.kind, {}, key.text});
        enrollment.name = row.person;
        enrollment.vip = row.vip;
        enrollment.vip.text = row.vip_text;
        enrollment.referral = row.referral;
        enrollment.classes = row.classes;
        enrollments.push_back(std::move(enrollment));
        model::Command command;
        command.kind = model::CommandKind::enroll;
        command.name = row.name;
        command.at = row.at;
        commands.push_back(command);
    }
    std::span<const model::Command> linked() {
        for (std::size_t i = 0; i < commands.size(); ++i)
            commands[i].enrollment = &enrollments[i];
        return commands;
    }
};

}  // namespace

RowsRequest::RowsRequest(std::string_view program, Rows rows, std::size_t count)
    : encoder_(std::string(program)), rows_(std::move(rows)), outcomes_(count) {
    row_count = count;
}

model::Result<std::unique_ptr<RowsRequest>> RowsRequest::sales(std::string_view program,
                                                               std::span<const model::Command> rows) {
    auto encoded = encode_rows<codec::SaleRows>(rows);
    if (!encoded) return tl::unexpected(encoded.error());
    return std::unique_ptr<RowsRequest>(new RowsRequest(program, std::move(*encoded), rows.size()));
}

model::Result<std::unique_ptr<RowsRequest>> RowsRequest::commands(std::string_view program,
                                                                  std::span<const model::Command> rows) {
    auto encoded = encode_rows<codec::CommandRows>(rows);
    if (!encoded) return tl::unexpected(encoded.error());
    return std::unique_ptr<RowsRequest>(new RowsRequest(program, std::move(*encoded), rows.size()));
}

model::Result<std::unique_ptr<RowsRequest>> RowsRequest::enrollments(std::string_view program,
                                                                     std::span<const model::Command> rows) {
    if (auto counted = check_count(rows.size(), codec::kMaxEnrollmentsPerRequest); !counted)
        return tl::unexpected(counted.error());
    codec::ByteBuffer scratch;
    if (auto appended = codec::append_enrollments(scratch, 0, program, rows); !appended)
        return tl::unexpected(appended.error());
    std::vector<OwnedEnrollment> owned;
    owned.reserve(rows.size());
    for (const auto& row : rows) {
        const model::Enrollment& from = *row.enrollment;
        OwnedEnrollment copy{row.name,      row.at,      {}, from.name, from.vip, std::string(from.vip.text),
                             from.referral, from.classes};
        for (const auto& key : row.enrollment->keys)
            copy.keys.push_back({key.kind, std::string(key.text)});
        owned.push_back(std::move(copy));
    }
    return std::unique_ptr<RowsRequest>(new RowsRequest(program, std::move(owned), rows.size()));
}

void RowsRequest::encode(codec::ByteBuffer& out, std::uint32_t correlation) const {
    if (const auto* sales = std::get_if<codec::SaleRows>(&rows_)) {
        if (open_.empty()) return encoder_.append_sales(out, correlation, sales->rows, sales->texts);
        std::vector<schema::SaleRow> rows;
        for (const auto place : open_)
            rows.push_back(sales->rows[place]);
        return encoder_.append_sales(out, correlation, rows, sales->texts);
    }
    if (const auto* commands = std::get_if<codec::CommandRows>(&rows_)) {
        if (open_.empty()) return encoder_.append_commands(out, correlation, commands->rows, commands->texts);
        std::vector<schema::CommandRow> rows;
        for (const auto place : open_)
            rows.push_back(commands->rows[place]);
        return encoder_.append_commands(out, correlation, rows, commands->texts);
    }
    EnrollCommands rows;
    const auto& all = std::get<std::vector<OwnedEnrollment>>(rows_);
    if (open_.empty())
        for (const auto& row : all)
            rows.add(row);
    for (const auto place : open_)
        rows.add(all[place]);
    // The rows were encoded once when they were taken in: they can be again.
    (void)codec::append_enrollments(out, correlation, encoder_.program(), rows.linked());
}

template <class Result>
Verdict RowsRequest::take(std::span<const Result> results) {
    if (results.size() != (open_.empty() ? outcomes_.size() : open_.size())) return Verdict::wrong;
    std::vector<std::uint32_t> still_open;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto place = open_.empty() ? static_cast<std::uint32_t>(i) : open_[i];
        outcomes_[place] = codec::to_outcome(results[i]);
        if (model::is_transient(outcomes_[place].refusal)) still_open.push_back(place);
    }
    if (still_open.empty()) return Verdict::done;
    open_ = std::move(still_open);
    return Verdict::retry;
}

Verdict RowsRequest::take_sales(std::span<const schema::SaleResult> results) {
    return std::holds_alternative<codec::SaleRows>(rows_) ? take(results) : Verdict::wrong;
}

Verdict RowsRequest::take_commands(std::span<const schema::CommandResult> results) {
    return std::holds_alternative<codec::SaleRows>(rows_) ? Verdict::wrong : take(results);
}

Verdict RowsRequest::take_reply(const schema::Reply& reply) {
    const auto* message = reply.body_as_Failure();
    if (!message) return Verdict::wrong;
    failure_ = tl::unexpected(to_error(*message));
    return Verdict::done;
}

void RowsRequest::complete() {
    if (!failure_) return completion_(tl::unexpected(failure_.error()));
    completion_(std::move(outcomes_));
}

void RowsRequest::fail(const model::Error& error) {
    completion_(tl::unexpected(error));
}

DetailedSalesRequest::DetailedSalesRequest(std::string_view program, std::vector<schema::DetailedSaleT> rows)
    : program_(program), rows_(std::move(rows)), outcomes_(rows_.size()) {
    row_count = rows_.size();
    for (std::uint32_t place = 0; place < rows_.size(); ++place)
        open_.push_back(place);
}

model::Result<std::unique_ptr<DetailedSalesRequest>> DetailedSalesRequest::make(
    std::string_view program, std::span<const model::Command> rows) {
    if (auto counted = check_count(rows.size(), codec::kMaxDetailedSalesPerRequest); !counted)
        return tl::unexpected(counted.error());
    std::vector<schema::DetailedSaleT> tables;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto row = codec::to_detailed_sale(rows[i]);
        if (!row) return model::failure(row.error().kind, fmt::format("row {}: {}", i, row.error().message));
        tables.push_back(std::move(*row));
    }
    return std::unique_ptr<DetailedSalesRequest>(new DetailedSalesRequest(program, std::move(tables)));
}

void DetailedSalesRequest::encode(codec::ByteBuffer& out, std::uint32_t correlation) const {
    std::vector<schema::DetailedSaleT> rows;
    for (const auto place : open_)
        rows.push_back(rows_[place]);
    codec::append_detailed_sales(out, correlation, program_, rows);
}

Verdict DetailedSalesRequest::take_reply(const schema::Reply& reply) {
    if (const auto* message = reply.body_as_Failure()) {
        failure_ = tl::unexpected(to_error(*message));
        return Verdict::done;
    }
    const auto* results = reply.body_as_DetailedSaleResults();
    if (!results || results->rows()->size() != open_.size()) return Verdict::wrong;
    std::vector<std::uint32_t> still_open;
    for (flatbuffers::uoffset_t i = 0; i < results->rows()->size(); ++i) {
        DetailedOutcome& outcome = outcomes_[open_[i]];
        outcome = to_detailed_outcome(*results->rows()->Get(i));
        if (model::is_transient(outcome.outcome.refusal)) still_open.push_back(open_[i]);
    }
    if (still_open.empty()) return Verdict::done;
    open_ = std::move(still_open);
    return Verdict::retry;
}

void DetailedSalesRequest::complete() {
    if (!failure_) return completion_(tl::unexpected(failure_.error()));
    completion_(std::move(outcomes_));
}

void DetailedSalesRequest::fail(const model::Error& error) {
    completion_(tl::unexpected(error));
}

void MessageRequest::encode(codec::ByteBuffer& out, std::uint32_t correlation) const {
    const std::size_t start = out.size();
    out.append(frame_.view());
    std::memcpy(out.data() + start + offsetof(codec::FrameHeader, correlation), &correlation,
                sizeof correlation);
}

Verdict DetailedChangeRequest::take_reply(const schema::Reply& reply) {
    if (const auto* message = reply.body_as_Failure()) {
        answer_ = tl::unexpected(to_error(*message));
        return Verdict::done;
    }
    const auto* results = reply.body_as_DetailedSaleResults();
    if (!results || results->rows()->size() != 1) return Verdict::wrong;
    answer_ = to_detailed_outcome(*results->rows()->Get(0));
    return model::is_transient(answer_->outcome.refusal) ? Verdict::retry : Verdict::done;
}

Verdict ChangeRequest::take_commands(std::span<const schema::CommandResult> results) {
    if (results.size() != 1) return Verdict::wrong;
    answer_ = codec::to_outcome(results[0]);
    return model::is_transient(answer_->refusal) ? Verdict::retry : Verdict::done;
}

Verdict ChangeRequest::take_reply(const schema::Reply& reply) {
    const auto* message = reply.body_as_Failure();
    if (!message) return Verdict::wrong;
    answer_ = tl::unexpected(to_error(*message));
    return Verdict::done;
}

}  // namespace tim::client
