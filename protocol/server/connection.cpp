#include "protocol/server/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/model/calendar.h"
#include "protocol/codec/care.h"
#include "protocol/codec/detailed_sales.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/orders.h"
#include "protocol/codec/people.h"
#include "protocol/codec/permissions.h"
#include "protocol/codec/rewards.h"
#include "protocol/server/limits.h"

namespace tim::server {
namespace {

std::string_view view(const flatbuffers::String* text) {
    return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

/// Everything that must hold before a program may go to the engine.
model::Result<model::Program> read_program(const schema::Program& document) {
    auto program = codec::to_model(document);
    if (!program) return program;
    if (const auto faults = model::validate(*program); !faults.empty()) {
        return model::failure(model::ErrorKind::invalid, model::describe(faults));
    }
    if (auto calendar = model::Calendar::load(program->time_zone); !calendar) {
        return model::failure(model::ErrorKind::invalid, "time_zone: " + calendar.error().message);
    }
    return program;
}

model::Result<model::AccessKey> read_access_key(const schema::AccessKey& document, model::Instant now) {
    auto key = codec::to_model(document);
    if (!key) return key;
    if (key->revoked)
        return model::failure(model::ErrorKind::invalid, "key.revoked: a new key is not revoked");
    if (!key->valid_at(now))
        return model::failure(model::ErrorKind::invalid, "key.expires_ms: that instant is over");
    key->number = 0;  // the engine's to give
    return key;
}

}  // namespace

Connection::Connection(ServerContext& context, BufferPool& pool)
    : context_(context), reader_(codec::kMaxHelloBytes), outbox_(pool) {}

std::span<std::byte> Connection::read_space() {
    return reader_.prepare(authenticated() ? kReadBytes : kHandshakeReadBytes);
}

bool Connection::has_room() const {
    // A follower that waits for something to happen keeps nothing else from being asked.
    const std::size_t queries = queries_in_flight_ - (following_ ? 1 : 0);
    return in_flight_ < kMaxRequestsInFlight && queries < kMaxQueriesInFlight &&
           outbox_.bytes() < kOutboxFullBytes;
}

void Connection::take(Batch& batch) {
    has_more_ = false;
    check_key();
    while (open()) {
        if (!has_room()) {
            has_more_ = true;
            return;
        }
        if (administers_) {  // in this batch already: what follows may depend on the program or key
            has_more_ = true;
            return;
        }
        if (batch.full()) {
            has_more_ = true;
            batch.join(*this);
            return;
        }
        const auto frame = reader_.next();
        if (!frame) {
            fail(reader_.last_correlation(),
                 reader_.too_large() ? schema::FailureCode::too_large : schema::FailureCode::malformed,
                 frame.error().message);
            return;
        }
        if (!*frame) return;
        handle(**frame, batch);
    }
}

void Connection::handle(const codec::Frame& frame, Batch& batch) {
    const auto request = codec::read_request(frame.payload);
    if (!request) {
        fail(frame.correlation, schema::FailureCode::malformed, request.error().message);
        return;
    }
    if (state_ == State::ready) {
        handle_request(frame, **request, batch);
    } else {
        greet(frame.correlation, **request);
    }
}

// ---------------------------------------------------------------------------------------- requests

void Connection::handle_request(const codec::Frame& frame, const schema::Request& request, Batch& batch) {
    const std::uint32_t correlation = frame.correlation;
    const schema::RequestBody body = request.body_type();
    if (body == schema::RequestBody::NONE || body > schema::RequestBody::MAX) {
        refuse_request(correlation, schema::FailureCode::unsupported,
                       fmt::format("message {} is not known here", static_cast<unsigned>(body)));
        return;
    }
    if (!codec::may_request(key_->role, body)) {
        refuse_request(
            correlation, schema::FailureCode::not_allowed,
            fmt::format("a key of role {} may not {}", model::role_name(key_->role), codec::deed(body)));
        return;
    }
    if (codec::is_engine_wide(body) && !key_->programs.empty()) {
        refuse_request(correlation, schema::FailureCode::not_allowed,
                       fmt::format("a key that may touch only some programs may not {}", codec::deed(body)));
        return;
    }
    switch (body) {
        case schema::RequestBody::SaleBatch:
            return take_sales(correlation, *request.body_as_SaleBatch(), batch);
        case schema::RequestBody::CommandBatch:
            return take_commands(correlation, *request.body_as_CommandBatch(), batch);
        case schema::RequestBody::DetailedSaleBatch:
            return take_detailed_sales(correlation, *request.body_as_DetailedSaleBatch(), batch);
        case schema::RequestBody::EnrollBatch:
            return take_enrollments(correlation, *request.body_as_EnrollBatch(), batch);
        case schema::RequestBody::NetworkChange:
            return take_network_change(correlation, *request.body_as_NetworkChange(), batch);
        case schema::RequestBody::OrderChange:
            return take_order_change(correlation, *request.body_as_OrderChange(), batch);
        case schema::RequestBody::RewardChange:
            return take_reward_change(correlation, *request.body_as_RewardChange(), batch);
        case schema::RequestBody::CareChange:
            return take_care_change(correlation, *request.body_as_CareChange(), batch);
        case schema::RequestBody::PersonChange:
            return take_person_change(correlation, *request.body_as_PersonChange(), batch);
        case schema::RequestBody::ProgramPut:
            return put_program(correlation, *request.body_as_ProgramPut(), batch);
        case schema::RequestBody::AccessKeyAdd:
            return add_access_key(correlation, *request.body_as_AccessKeyAdd(), batch);
        case schema::RequestBody::AccessKeyRevoke:
            return revoke_access_key(correlation, *request.body_as_AccessKeyRevoke(), batch);
        case schema::RequestBody::TierOverride:
            return override_tier(correlation, *request.body_as_TierOverride(), batch);
        case schema::RequestBody::Classify:
            return classify(correlation, *request.body_as_Classify(), batch);
        case schema::RequestBody::Ping:
            codec::append_reply(outbox_.tail(), correlation, schema::PongT{});
            return added_reply();
        case schema::RequestBody::Hello:
        case schema::RequestBody::Proof:
            return refuse_request(correlation, schema::FailureCode::invalid,
                                  "this connection has proved its key already");
        default:
            return take_query(frame, request);
    }
}

std::optional<model::ProgramId> Connection::find_program(std::uint32_t correlation, std::string_view id) {
    if (last_program_id_.value != 0 && id == last_program_) return last_program_id_;
    if (!codec::may_touch(*key_, id)) {
        refuse_request(correlation, schema::FailureCode::not_allowed,
                       fmt::format("this key may not touch the program \"{}\"", id));
        return std::nullopt;
    }
    const auto found = context_.engine.find_program(id);
    if (!found) return model::ProgramId{};
    last_program_ = id;
    last_program_id_ = *found;
    return found;
}

bool Connection::within_rows(std::uint32_t correlation, std::size_t rows, std::size_t most) {
    if (rows >= 1 && rows <= most) return true;
    if (rows == 0) {
        refuse_request(correlation, schema::FailureCode::invalid, "rows: at least one is needed");
    } else {
        refuse_request(correlation, schema::FailureCode::too_large,
                       fmt::format("rows: {} are more than the {} that a request may have", rows, most));
    }
    return false;
}

template <class Message, class Decode>
void Connection::take_message(std::uint32_t correlation, const Message& message, ReplyForm form, Batch& batch,
                              Decode decode) {
    const auto program = find_program(correlation, view(message.program()));
    if (!program) return;
    const std::size_t first = batch.size();
    if (auto decoded = decode(*program); !decoded) {
        refuse_request(correlation, schema::FailureCode::invalid, decoded.error().message);
        return;
    }
    refuse_forbidden(first, batch);
    if (form != ReplyForm::sales) {  // which receipts name
        for (std::size_t i = first; i < batch.size(); ++i)
            batch.commands()[i].actor = key_->number;
    }
    ++in_flight_;
    batch.add_request(*this, correlation, form, first);
}

template <class Rows, class Decode>
void Connection::take_rows(std::uint32_t correlation, const Rows& rows, std::size_t most, ReplyForm form,
                           Batch& batch, Decode decode) {
    if (within_rows(correlation, rows.rows()->size(), most))
        take_message(correlation, rows, form, batch, decode);
}

void Connection::take_sales(std::uint32_t correlation, const schema::SaleBatch& rows, Batch& batch) {
    take_rows(correlation, rows, codec::kMaxRowsPerRequest, ReplyForm::sales, batch,
              [&](model::ProgramId program) { return codec::decode_sales(rows, program, batch.commands()); });
}

void Connection::take_commands(std::uint32_t correlation, const schema::CommandBatch& rows, Batch& batch) {
    take_rows(
        correlation, rows, codec::kMaxRowsPerRequest, ReplyForm::commands, batch,
        [&](model::ProgramId program) { return codec::decode_commands(rows, program, batch.commands()); });
}

void Connection::take_detailed_sales(std::uint32_t correlation, const schema::DetailedSaleBatch& rows,
                                     Batch& batch) {
    take_rows(correlation, rows, codec::kMaxDetailedSalesPerRequest, ReplyForm::detailed_sales, batch,
              [&](model::ProgramId program) {
                  return codec::decode_detailed_sales(rows, program, batch.sale_details(), batch.commands());
              });
}

void Connection::take_enrollments(std::uint32_t correlation, const schema::EnrollBatch& rows, Batch& batch) {
    take_rows(correlation, rows, codec::kMaxEnrollmentsPerRequest, ReplyForm::commands, batch,
              [&](model::ProgramId program) {
                  return codec::decode_enrollments(rows, program, batch.enrollments(), batch.commands());
              });
}

void Connection::take_network_change(std::uint32_t correlation, const schema::NetworkChange& change,
                                     Batch& batch) {
    take_message(correlation, change, ReplyForm::commands, batch, [&](model::ProgramId program) {
        return codec::decode_network_change(change, program, batch.network_terms(), batch.commands());
    });
}

void Connection::take_order_change(std::uint32_t correlation, const schema::OrderChange& change,
                                   Batch& batch) {
    take_message(correlation, change, ReplyForm::detailed_sales, batch, [&](model::ProgramId program) {
        return codec::decode_order_change(change, program, batch.order_terms(), batch.sale_details(),
                                          batch.commands());
    });
}

void Connection::take_reward_change(std::uint32_t correlation, const schema::RewardChange& change,
                                    Batch& batch) {
    take_message(correlation, change, ReplyForm::detailed_sales, batch, [&](model::ProgramId program) {
        return codec::decode_reward_change(change, program, batch.reward_terms(), batch.commands());
    });
}

void Connection::take_care_change(std::uint32_t correlation, const schema::CareChange& change, Batch& batch) {
    take_message(correlation, change, ReplyForm::commands, batch, [&](model::ProgramId program) {
        return codec::decode_care_change(change, program, batch.care_terms(), batch.commands());
    });
}

void Connection::take_person_change(std::uint32_t correlation, const schema::PersonChange& change,
                                    Batch& batch) {
    take_message(correlation, change, ReplyForm::commands, batch, [&](model::ProgramId program) {
        return codec::decode_person_change(change, program, batch.enrollments(), batch.commands());
    });
}

void Connection::refuse_forbidden(std::size_t first, Batch& batch) {
    const std::vector<model::Command>& commands = batch.commands();
    for (std::size_t i = first; i < commands.size(); ++i) {
        if (!allowed_kinds_.test(static_cast<std::size_t>(commands[i].kind))) {
            batch.refuse(i, model::Refusal::not_allowed);
        }
    }
}

void Connection::put_program(std::uint32_t correlation, const schema::ProgramPut& put, Batch& batch) {
    const std::string_view id = view(put.program()->id());
    if (!codec::may_touch(*key_, id)) {
        refuse_request(correlation, schema::FailureCode::not_allowed,
                       fmt::format("this key may not touch the program \"{}\"", id));
        return;
    }
    auto program = read_program(*put.program());
    if (!program) {
        refuse_request(correlation, schema::FailureCode::invalid, program.error().message);
        return;
    }
    model::Command command;
    command.kind = model::CommandKind::put_program;
    command.program = context_.engine.find_program(id).value_or(model::ProgramId{});
    command.at = {put.at_ms()};
    command.document = batch.keep(std::move(*program));
    command.follows = {put.follows()};
    take_single(correlation, put.request_id(), command, batch);
}

void Connection::add_access_key(std::uint32_t correlation, const schema::AccessKeyAdd& add, Batch& batch) {
    auto key = read_access_key(*add.key(), context_.now());
    if (!key) {
        refuse_request(correlation, schema::FailureCode::invalid, key.error().message);
        return;
    }
    model::Command command;
    command.kind = model::CommandKind::add_access_key;
    command.access_key = batch.keep(std::move(*key));
    take_single(correlation, add.request_id(), command, batch);
}

void Connection::revoke_access_key(std::uint32_t correlation, const schema::AccessKeyRevoke& revoke,
                                   Batch& batch) {
    const std::string_view id = view(revoke.id());
    const auto known = context_.engine.find_access_key(id);
    model::AccessKey key = known ? *known : model::AccessKey{};
    key.id = id;
    key.revoked = true;
    model::Command command;
    command.kind = model::CommandKind::revoke_access_key;
    command.access_key = batch.keep(std::move(key));
    take_single(correlation, revoke.request_id(), command, batch);
}

void Connection::override_tier(std::uint32_t correlation, const schema::TierOverride& row, Batch& batch) {
    const auto program = find_program(correlation, view(row.program()));
    if (!program) return;
    auto decoded = codec::decode_override(row, *program);
    if (!decoded) {
        refuse_request(correlation, schema::FailureCode::invalid, decoded.error().message);
        return;
    }
    decoded->command.tier_act = batch.keep(std::move(decoded->act));
    decoded->command.actor = key_->number;
    const std::size_t first = batch.size();
    batch.commands().push_back(decoded->command);
    ++in_flight_;
    batch.add_request(*this, correlation, ReplyForm::commands, first);
}

void Connection::classify(std::uint32_t correlation, const schema::Classify& row, Batch& batch) {
    const auto program = find_program(correlation, view(row.program()));
    if (!program) return;
    auto decoded = codec::decode_classify(row, *program);
    if (!decoded) {
        refuse_request(correlation, schema::FailureCode::invalid, decoded.error().message);
        return;
    }
    decoded->command.class_terms = batch.keep(std::move(decoded->terms));
    decoded->command.actor = key_->number;
    const std::size_t first = batch.size();
    batch.commands().push_back(decoded->command);
    ++in_flight_;
    batch.add_request(*this, correlation, ReplyForm::commands, first);
}

void Connection::take_single(std::uint32_t correlation, const flatbuffers::Vector<std::uint8_t>* request_id,
                             model::Command command, Batch& batch) {
    const auto name = codec::decode_request_id(request_id);
    if (!name) {
        refuse_request(correlation, schema::FailureCode::invalid, name.error().message);
        return;
    }
    command.name = *name;
    command.actor = key_->number;
    const std::size_t first = batch.size();
    batch.commands().push_back(command);
    administers_ = true;
    ++in_flight_;
    batch.add_request(*this, correlation, ReplyForm::commands, first);
}

void Connection::take_query(const codec::Frame& frame, const schema::Request& request) {
    const bool carries_program = request.body_type() == schema::RequestBody::WhatIfRequest;
    const std::size_t most = carries_program ? kMaxProgramQueryBytes : kMaxQueryBytes;
    if (frame.payload.size() > most) {
        refuse_request(frame.correlation, schema::FailureCode::too_large,
                       fmt::format("a query of this kind has at most {} bytes", most));
        return;
    }
    std::string_view program;
    switch (request.body_type()) {
        case schema::RequestBody::ShowRequest:
            program = view(request.body_as_ShowRequest()->program());
            break;
        case schema::RequestBody::HistoryRequest:
            program = view(request.body_as_HistoryRequest()->program());
            break;
        case schema::RequestBody::CustomersRequest:
            program = view(request.body_as_CustomersRequest()->program());
            break;
        case schema::RequestBody::LedgerRequest:
            program = view(request.body_as_LedgerRequest()->program());
            break;
        case schema::RequestBody::OneTimeCodeIssue:
            program = view(request.body_as_OneTimeCodeIssue()->program());
            break;
        case schema::RequestBody::OneTimeCodeVerify:
            program = view(request.body_as_OneTimeCodeVerify()->program());
            break;
        case schema::RequestBody::PasswordSet:
            program = view(request.body_as_PasswordSet()->program());
            break;
        case schema::RequestBody::PasswordCheck:
            program = view(request.body_as_PasswordCheck()->program());
            break;
        case schema::RequestBody::FollowRequest:
            program = view(request.body_as_FollowRequest()->program());
            break;
        case schema::RequestBody::VipRequest:
            program = view(request.body_as_VipRequest()->program());
            break;
        case schema::RequestBody::MembersRequest:
            program = view(request.body_as_MembersRequest()->program());
            break;
        case schema::RequestBody::PayoutsRequest:
            program = view(request.body_as_PayoutsRequest()->program());
            break;
        case schema::RequestBody::ReferralRequest:
            program = view(request.body_as_ReferralRequest()->program());
            break;
        case schema::RequestBody::CodeRequest:
            program = view(request.body_as_CodeRequest()->program());
            break;
        case schema::RequestBody::SegmentRequest:
            program = view(request.body_as_SegmentRequest()->program());
            break;
        case schema::RequestBody::CareRequest:
            program = view(request.body_as_CareRequest()->program());
            break;
        case schema::RequestBody::BirthdaysRequest:
            program = view(request.body_as_BirthdaysRequest()->program());
            break;
        case schema::RequestBody::OrderRequest:
            program = view(request.body_as_OrderRequest()->program());
            break;
        case schema::RequestBody::OrdersRequest:
            program = view(request.body_as_OrdersRequest()->program());
            break;
        case schema::RequestBody::VoucherRequest:
            program = view(request.body_as_VoucherRequest()->program());
            break;
        case schema::RequestBody::VouchersRequest:
            program = view(request.body_as_VouchersRequest()->program());
            break;
        case schema::RequestBody::RewardsRequest:
            program = view(request.body_as_RewardsRequest()->program());
            break;
        case schema::RequestBody::ProgramGet:
            program = view(request.body_as_ProgramGet()->id());
            break;
        case schema::RequestBody::StandingRequest:
            program = view(request.body_as_StandingRequest()->program());
            break;
        case schema::RequestBody::ExplainRequest:
            program = view(request.body_as_ExplainRequest()->program());
            break;
        case schema::RequestBody::WhatIfRequest:
            program = view(request.body_as_WhatIfRequest()->program()->id());
            break;
        case schema::RequestBody::AuditRequest:
            program = view(request.body_as_AuditRequest()->program());
            break;
        case schema::RequestBody::RecomputeRequest:
            program = view(request.body_as_RecomputeRequest()->program());
            break;
        default:
            break;  // of no single program
    }
    if (!program.empty() && !codec::may_touch(*key_, program)) {
        refuse_request(frame.correlation, schema::FailureCode::not_allowed,
                       fmt::format("this key may not touch the program \"{}\"", program));
        return;
    }
    std::optional<FollowWait> follow;
    if (const auto* asked = request.body_as_FollowRequest()) {
        if (following_) {
            refuse_request(frame.correlation, schema::FailureCode::invalid,
                           "a connection follows by one FollowRequest at a time");
            return;
        }
        following_ = true;
        follow = FollowWait{{asked->after()}, std::min(asked->wait_ms(), codec::kMaxFollowWaitMs), 0};
    }
    ++in_flight_;
    ++queries_in_flight_;
    queries_.push_back(
        {frame.correlation, model::Bytes(frame.payload.begin(), frame.payload.end()), key_, follow});
}

std::vector<Query> Connection::take_queries() {
    if (in_batch_) return {};
    return std::exchange(queries_, {});
}

// ---------------------------------------------------------------------------------------- replies

void Connection::refuse_request(std::uint32_t correlation, schema::FailureCode code,
                                std::string_view message) {
    codec::append_failure(outbox_.tail(), correlation, code, message);
    added_reply();
}

bool Connection::enter_batch() {
    return !std::exchange(in_batch_, true);
}

void Connection::answer(std::uint32_t correlation, ReplyForm form, std::span<const model::Command> commands,
                        std::span<const model::Outcome> outcomes) {
    codec::ByteBuffer& out = outbox_.tail();
    switch (form) {
        case ReplyForm::sales:
            codec::append_sale_results(out, correlation, outcomes);
            break;
        case ReplyForm::commands:
            codec::append_command_results(out, correlation, outcomes);
            break;
        case ReplyForm::detailed_sales: {
            std::vector<std::vector<model::Effect>> effects(outcomes.size());
            for (std::size_t i = 0; i < outcomes.size(); ++i) {
                const bool recorded = outcomes[i].sequence.value != 0;  // a balance is not
                if (recorded && outcomes[i].refusal == model::Refusal::none)
                    effects[i] = context_.engine.effects(outcomes[i].sequence);
            }
            codec::append_detailed_sale_results(out, correlation, outcomes, effects);
        }
    }
    model::Sequence depends_on{};
    for (const model::Outcome& outcome : outcomes)
        depends_on = std::max(depends_on, outcome.depends_on);
    outbox_.added(depends_on);
    if (commands.front().kind == model::CommandKind::revoke_access_key &&
        outcomes.front().refusal == model::Refusal::none) {
        context_.revocations.fetch_add(1, std::memory_order_acq_rel);
    }
}

void Connection::answer_query(std::span<const std::byte> frames, bool final_reply, bool of_follow) {
    outbox_.tail().append(frames);
    outbox_.added({}, final_reply);
    if (!final_reply) return;
    --queries_in_flight_;
    if (of_follow) following_ = false;
}

// ---------------------------------------------------------------------------------------- the end

void Connection::fail(std::uint32_t correlation, schema::FailureCode code, std::string message) {
    close();
    if (!farewell_) farewell_ = Farewell{correlation, code, std::move(message)};
    if (code == schema::FailureCode::malformed || code == schema::FailureCode::too_large) {
        context_.counters.protocol_errors.fetch_add(1, std::memory_order_relaxed);
    }
}

void Connection::finish() {
    close();
    if (!farewell_) return;
    refuse_request(farewell_->correlation, farewell_->code, farewell_->message);
    farewell_.reset();
}

}  // namespace tim::server
