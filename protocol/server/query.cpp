#include "protocol/server/query.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/model/fact.h"
#include "engine/runtime/network_queries.h"
#include "engine/runtime/relation_queries.h"
#include "engine/runtime/reward_queries.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/people.h"
#include "protocol/codec/permissions.h"
#include "protocol/server/actors.h"
#include "protocol/server/audit_replies.h"
#include "protocol/server/follow.h"
#include "protocol/server/identity.h"
#include "protocol/server/insight_replies.h"
#include "protocol/server/ledger_replies.h"
#include "protocol/server/limits.h"

namespace tim::server {
namespace {

using codec::ByteBuffer;

std::string_view view(const flatbuffers::String* text) {
    return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

/// Answers one query; each member one message.
class Answerer {
  public:
    Answerer(ServerContext& context, const Query& query, ByteBuffer& out,
             const std::function<void(ByteBuffer)>& progress)
        : context_(context),
          engine_(context.engine),
          query_(query),
          sight_(codec::sight_of(query.key->role)),
          actors_(context.engine, sight_.actors),
          out_(out),
          progress_(progress) {}

    void answer() {
        const auto request = codec::read_request(query_.payload);
        if (!request) return fail(request.error());
        switch ((*request)->body_type()) {
            case schema::RequestBody::ShowRequest:
                return show(*(*request)->body_as_ShowRequest());
            case schema::RequestBody::HistoryRequest:
                return history(*(*request)->body_as_HistoryRequest());
            case schema::RequestBody::CustomersRequest:
                return customers(*(*request)->body_as_CustomersRequest());
            case schema::RequestBody::LedgerRequest:
                return ledger(*(*request)->body_as_LedgerRequest());
            case schema::RequestBody::FollowRequest:
                return follow();
            case schema::RequestBody::OneTimeCodeIssue:
            case schema::RequestBody::OneTimeCodeVerify:
                return one_time_code(**request);
            case schema::RequestBody::PasswordSet:
            case schema::RequestBody::PasswordCheck:
                return password(**request);
            case schema::RequestBody::VipRequest:
                return vip(*(*request)->body_as_VipRequest());
            case schema::RequestBody::MembersRequest:
                return members(*(*request)->body_as_MembersRequest());
            case schema::RequestBody::PayoutsRequest:
                return payouts(*(*request)->body_as_PayoutsRequest());
            case schema::RequestBody::ReferralRequest:
                return referral(*(*request)->body_as_ReferralRequest());
            case schema::RequestBody::CodeRequest:
                return code(*(*request)->body_as_CodeRequest());
            case schema::RequestBody::SegmentRequest:
                return segment(*(*request)->body_as_SegmentRequest());
            case schema::RequestBody::OrderRequest:
                return order(*(*request)->body_as_OrderRequest());
            case schema::RequestBody::OrdersRequest:
                return orders(*(*request)->body_as_OrdersRequest());
            case schema::RequestBody::VoucherRequest:
                return voucher(*(*request)->body_as_VoucherRequest());
            case schema::RequestBody::VouchersRequest:
                return vouchers(*(*request)->body_as_VouchersRequest());
            case schema::RequestBody::RewardsRequest:
                return rewards(*(*request)->body_as_RewardsRequest());
            case schema::RequestBody::CareRequest:
                return care(*(*request)->body_as_CareRequest());
            case schema::RequestBody::BirthdaysRequest:
                return birthdays(*(*request)->body_as_BirthdaysRequest());
            case schema::RequestBody::ProgramGet:
                return program(*(*request)->body_as_ProgramGet());
            case schema::RequestBody::ProgramListRequest:
                return programs();
            case schema::RequestBody::VerifyRequest:
                return verify();
            case schema::RequestBody::StatsRequest:
                return stats();
            case schema::RequestBody::AccessKeyListRequest:
                return access_keys();
            case schema::RequestBody::AuditRequest:
                return audit(*(*request)->body_as_AuditRequest());
            case schema::RequestBody::StandingRequest:
                return standing(*(*request)->body_as_StandingRequest());
            case schema::RequestBody::ExplainRequest:
                return explain(*(*request)->body_as_ExplainRequest());
            case schema::RequestBody::WhatIfRequest:
                return what_if(*(*request)->body_as_WhatIfRequest());
            case schema::RequestBody::RecomputeRequest:
                return recompute(*(*request)->body_as_RecomputeRequest());
            default:
                return fail({model::ErrorKind::invalid, "that is no query"});
        }
    }

  private:
    void fail(const model::Error& error) {
        codec::append_failure(out_, query_.correlation, to_code(error.kind), error.message);
    }

    template <class Body>
    void reply(Body body) {
        codec::append_reply(out_, query_.correlation, std::move(body));
    }

    model::Result<model::ProgramId> find(const flatbuffers::String* id) const {
        if (const auto found = engine_.find_program(view(id))) return *found;
        return model::failure(model::ErrorKind::not_found,
                              "there is no program \"" + std::string(view(id)) + "\"");
    }

    void show(const schema::ShowRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        const model::Instant as_of{request.as_of_ms()};
        const auto shown = as_of == model::kNoInstant ? engine_.show(*program, *customer)
                                                      : engine_.show_as_of(*program, *customer, as_of);
        if (!shown) return fail(shown.error());
        reply(told(*shown));
    }

    /// A customer, as far as the key's role may know.
    schema::CustomerT told(const runtime::CustomerView& view) const {
        schema::CustomerT customer = server::to_schema(view);
        if (sight_.names) return customer;
        customer.keys.clear();
        customer.name.clear();
        customer.classes->birthday.clear();
        return customer;
    }

    /// Likewise a task of care.
    runtime::CarePage told(runtime::CarePage page) const {
        for (runtime::CareView& task : page.rows) {
            if (!sight_.names) {
                task.key = "id:" + std::to_string(task.customer.value);
                task.name.clear();
            }
            if (!sight_.reasons) task.note.clear();
        }
        return page;
    }

    void standing(const schema::StandingRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        const auto found = engine_.standing(*program, *customer);
        if (!found) return fail(found.error());
        reply(server::to_schema(*found));
    }

    template <class Request>
    static model::Result<model::Name> receipt_of(const Request& request) {
        const model::Name receipt = model::Name::receipt({request.terminal()}, view(request.number()));
        if (!receipt.valid() || view(request.number()).size() > model::kMaxReceiptBytes)
            return model::failure(model::ErrorKind::invalid,
                                  "number: a receipt number is 1 to 24 printable ASCII bytes");
        return receipt;
    }

    void order(const schema::OrderRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto receipt = receipt_of(request);
        if (!receipt) return fail(receipt.error());
        auto found = engine_.order(*program, *receipt);
        if (!found) return fail(found.error());
        runtime::OrdersPage page;
        page.rows.push_back(std::move(*found));
        reply(server::to_schema(page));
    }

    void orders(const schema::OrdersRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxOrdersPerPage);
        const auto found = engine_.orders(*program, *customer, request.pending(), {request.before()}, limit);
        if (!found) return fail(found.error());
        reply(server::to_schema(*found));
    }

    void segment(const schema::SegmentRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const std::string_view text = view(request.segment());
        runtime::RelationQueries& relations = engine_.relations();
        switch (request.kind()) {
            case schema::SegmentKind::count: {
                const auto count = relations.segment_count(*program, text);
                if (!count) return fail(count.error());
                return reply(server::to_schema(*count));
            }
            case schema::SegmentKind::list: {
                const std::size_t limit =
                    std::clamp<std::size_t>(request.limit(), 1, codec::kMaxCustomersPerPage);
                const auto page = relations.segment(*program, text, {request.after()}, limit);
                if (!page) return fail(page.error());
                schema::CustomersT customers;
                for (const runtime::CustomerView& row : page->rows)
                    customers.rows.push_back(std::make_unique<schema::CustomerT>(told(row)));
                customers.next = page->next.value;
                return reply(std::move(customers));
            }
            case schema::SegmentKind::report: {
                const auto by = dimensions_of(request);
                if (!by) return fail(by.error());
                const auto report = relations.segment_report(*program, text, *by);
                if (!report) return fail(report.error());
                return reply(server::to_schema(*report));
            }
        }
        fail({model::ErrorKind::invalid, "kind: a segment is counted, listed or reported on"});
    }

    void voucher(const schema::VoucherRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        auto found = engine_.rewards().voucher(*program, view(request.voucher()));
        if (!found) return fail(found.error());
        runtime::VouchersPage page;
        page.rows.push_back(std::move(*found));
        reply(server::to_schema(page));
    }

    void vouchers(const schema::VouchersRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxVouchersPerPage);
        const auto found = engine_.rewards().vouchers(*program, *customer, {request.before()}, limit);
        if (!found) return fail(found.error());
        reply(server::to_schema(*found));
    }

    void rewards(const schema::RewardsRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        model::CustomerRef customer;
        if (request.customer() != nullptr) {
            const auto decoded = codec::decode_customer(*request.customer());
            if (!decoded) return fail(decoded.error());
            customer = *decoded;
        }
        const auto found = engine_.rewards().catalogue(*program, customer);
        if (!found) return fail(found.error());
        reply(server::to_schema(*found));
    }

    void care(const schema::CareRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxCarePerPage);
        if (request.customer() == nullptr) {
            const runtime::CareCursor after{{request.after_due_ms()}, {request.after_task()}};
            auto page = engine_.care().care_calendar(*program, filter_of(request), after, limit);
            return page ? reply(server::to_schema(told(std::move(*page)))) : fail(page.error());
        }
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        auto page = engine_.care().care_of(*program, *customer, {request.after_task()}, limit);
        return page ? reply(server::to_schema(told(std::move(*page)))) : fail(page.error());
    }

    void birthdays(const schema::BirthdaysRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto found = engine_.care().birthdays(*program, {request.from_ms()}, request.days());
        return found ? reply(server::to_schema(*found)) : fail(found.error());
    }

    void explain(const schema::ExplainRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto receipt = receipt_of(request);
        if (!receipt) return fail(receipt.error());
        const auto found = engine_.explain(*program, *receipt);
        if (!found) return fail(found.error());
        reply(server::to_schema(*found));
    }

    void what_if(const schema::WhatIfRequest& request) {
        const auto program = find(request.program()->id());
        if (!program) return fail(program.error());
        const auto change = codec::to_model(*request.program());
        if (!change) return fail(change.error());
        const runtime::WhatIfQuery query{{request.at_ms()},
                                         {request.after()},
                                         std::min<std::size_t>(request.limit(), codec::kMaxCustomersPerPage)};
        const auto found = engine_.what_if(*program, *change, query);
        if (!found) return fail(found.error());
        reply(server::to_schema(*found));
    }

    void recompute(const schema::RecomputeRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto report = engine_.recompute(*program, teller());
        if (!report) return fail(report.error());
        reply(server::to_schema(*report));
    }

    std::unique_ptr<schema::HistoryEntryT> told(const runtime::HistoryEntry& entry) {
        auto line = server::to_schema(entry);
        const bool of_care = model::is_of_care(entry.stored.fact.type);
        if (!sight_.reasons || (of_care && !sight_.care)) line->reason.clear();
        line->by = actors_.of(entry.stored.fact);
        return line;
    }

    void history(const schema::HistoryRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxHistoryPerPage);
        const auto entries = request.wallet()
                                 ? engine_.network().statement(*program, *customer, {request.before()}, limit)
                                 : engine_.history(*program, *customer, {request.before()}, limit);
        if (!entries) return fail(entries.error());
        schema::HistoryT history;
        for (const runtime::HistoryEntry& entry : *entries)
            history.entries.push_back(told(entry));
        if (!entries->empty()) {
            history.customer = entries->front().stored.fact.subject.id();
            if (entries->size() == limit) history.next = entries->back().stored.sequence.value;
        } else if (const auto shown = engine_.show(*program, *customer)) {
            history.customer = shown->id.value;
        }
        reply(std::move(history));
    }

    void customers(const schema::CustomersRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxCustomersPerPage);
        const auto page = engine_.customers(*program, {request.after()}, limit);
        if (!page) return fail(page.error());
        schema::CustomersT customers;
        customers.rows.reserve(page->size());
        for (const runtime::CustomerView& view : *page) {
            customers.rows.push_back(std::make_unique<schema::CustomerT>(told(view)));
        }
        if (page->size() == limit) customers.next = page->back().id.value;
        reply(std::move(customers));
    }

    void ledger(const schema::LedgerRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxFactsPerPage);
        const auto page = engine_.ledger(*program, {request.after()}, limit);
        if (!page) return fail(page.error());
        schema::LedgerPageT answer;
        answer.facts.reserve(page->facts.size());
        for (const storage::StoredFact& stored : page->facts) {
            answer.facts.push_back(server::to_schema(stored.sequence, stored.fact));
            answer.facts.back()->by = actors_.of(stored.fact);
        }
        answer.next = page->next.value;
        answer.last = page->last.value;
        reply(std::move(answer));
    }

    void one_time_code(const schema::Request& request) {
        auto answer = server::answer_one_time_code(engine_, request);
        if (!answer) return fail(answer.error());
        reply(std::move(*answer));
    }

    void password(const schema::Request& request) {
        auto answer = server::answer_password(engine_, *query_.key, request);
        if (!answer) return fail(answer.error());
        reply(std::move(*answer));
    }

    /// At once, whether or not there is anything to tell: waiting is the I/O thread's.
    void follow() { (void)answer_follow(context_, query_, out_); }

    void audit(const schema::AuditRequest& request) {
        const auto asked = audit_query(request, *query_.key, engine_);
        if (!asked) return fail(asked.error());
        const auto page = engine_.audit(*asked);
        if (!page) return fail(page.error());
        reply(server::to_schema(*page, engine_, actors_));
    }

    void vip(const schema::VipRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        const auto view = engine_.network().vip(*program, *customer);
        if (!view) return fail(view.error());
        reply(server::to_schema(*view));
    }

    void members(const schema::MembersRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxCustomersPerPage);
        const auto page = engine_.network().members(*program, *customer, {request.after()}, limit);
        if (!page) return fail(page.error());
        schema::CustomersT answer;
        for (const runtime::CustomerView& view : page->rows)
            answer.rows.push_back(std::make_unique<schema::CustomerT>(told(view)));
        answer.next = page->next.value;
        reply(std::move(answer));
    }

    void payouts(const schema::PayoutsRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxCustomersPerPage);
        const auto page = engine_.network().payouts(*program, {request.after()}, limit);
        if (!page) return fail(page.error());
        schema::PayoutsReplyT answer;
        for (const runtime::PayoutView& payout : *page)
            answer.rows.push_back(server::to_schema(payout));
        if (page->size() >= limit) answer.next = page->back().vip.value;
        reply(std::move(answer));
    }

    void referral(const schema::ReferralRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const auto customer = codec::decode_customer(*request.customer());
        if (!customer) return fail(customer.error());
        const std::size_t limit = std::clamp<std::size_t>(request.limit(), 1, codec::kMaxCustomersPerPage);
        const auto view = engine_.network().referral(*program, *customer, limit);
        if (!view) return fail(view.error());
        reply(server::to_schema(*view));
    }

    void code(const schema::CodeRequest& request) {
        const auto program = find(request.program());
        if (!program) return fail(program.error());
        const model::Name receipt = model::Name::receipt({request.terminal()}, view(request.number()));
        const auto found = engine_.network().code(*program, receipt);
        if (!found) return fail(found.error());
        schema::CodeReplyT answer;
        answer.code = found->code;
        answer.state = static_cast<schema::CodeState>(found->state);
        answer.ends_at_ms = found->ends_at.value;
        reply(std::move(answer));
    }

    void program(const schema::ProgramGet& request) {
        const auto id = find(request.id());
        if (!id) return fail(id.error());
        const auto found = engine_.program(*id, {request.version()});
        if (!found) return fail(found.error());
        schema::ProgramReplyT answer;
        answer.program = codec::to_schema(*found->program);
        if (!sight_.hidden_tiers) codec::hide_tiers(*answer.program);
        answer.version = found->version.value;
        answer.versions = found->versions;
        answer.effective_ms = found->effective.value;
        reply(std::move(answer));
    }

    void programs() {
        schema::ProgramListReplyT list;
        for (const runtime::ProgramVersion& version : engine_.programs()) {
            if (!codec::may_touch(*query_.key, version.program->id)) continue;
            auto summary = std::make_unique<schema::ProgramSummaryT>();
            summary->id = version.program->id;
            summary->name = version.program->name;
            summary->currency = version.program->currency.code;
            summary->versions = version.versions;
            summary->customers = version.customers;
            list.programs.push_back(std::move(summary));
        }
        reply(std::move(list));
    }

    /// Tells the client how far long work has come, now and then.
    std::function<void(std::uint64_t, std::uint64_t)> teller() {
        using std::chrono::milliseconds;
        using std::chrono::steady_clock;
        return [this, told = steady_clock::now()](std::uint64_t done, std::uint64_t total) mutable {
            const auto now = steady_clock::now();
            if (now - told < milliseconds(kProgressIntervalMs)) return;
            told = now;
            schema::ProgressT progress;
            progress.done = done;
            progress.total = total;
            ByteBuffer frame;
            codec::append_reply(frame, query_.correlation, progress);
            progress_(std::move(frame));
        };
    }

    void verify() {
        const auto report = engine_.verify(teller());
        if (!report) return fail(report.error());
        schema::VerifyReplyT answer;
        answer.facts = report->facts;
        answer.customers = report->customers;
        answer.difference_count = report->difference_count;
        answer.differences = report->differences;
        reply(std::move(answer));
    }

    void stats() {
        schema::StatsReplyT answer;
        const auto add = [&answer](std::string_view name, double value, std::string_view text = {}) {
            auto stat = std::make_unique<schema::StatT>();
            stat->name = name;
            stat->value = value;
            stat->text = text;
            answer.stats.push_back(std::move(stat));
        };
        for (const runtime::Stat& stat : engine_.stats())
            add(stat.name, stat.value, stat.text);
        const auto count = [&add](std::string_view name, const std::atomic<std::uint64_t>& counter) {
            add(name, static_cast<double>(counter.load(std::memory_order_relaxed)));
        };
        const Counters& counters = context_.counters;
        add("server_version", 0, context_.version);
        count("server_connections", counters.connections);
        count("server_connections_total", counters.connections_total);
        count("server_connections_refused_total", counters.connections_refused);
        count("server_handshakes_failed_total", counters.handshakes_failed);
        count("server_protocol_errors_total", counters.protocol_errors);
        count("server_slow_readers_total", counters.slow_readers);
        count("server_batches_total", counters.batches);
        count("server_commands_total", counters.commands);
        count("server_followers_waiting", counters.followers_waiting);
        reply(std::move(answer));
    }

    void access_keys() {
        schema::AccessKeyListReplyT list;
        for (const model::AccessKey& key : engine_.access_keys()) {
            auto summary = std::make_unique<schema::AccessKeySummaryT>();
            summary->id = key.id;
            summary->role = static_cast<schema::Role>(key.role);
            summary->programs = key.programs;
            summary->revoked = key.revoked;
            summary->expires_ms = key.expires.value;
            summary->number = key.number;
            list.keys.push_back(std::move(summary));
        }
        reply(std::move(list));
    }

    ServerContext& context_;
    runtime::Engine& engine_;
    const Query& query_;
    const codec::Sight sight_;
    Actors actors_;
    ByteBuffer& out_;
    const std::function<void(ByteBuffer)>& progress_;
};

}  // namespace

void answer_query(ServerContext& context, const Query& query, ByteBuffer& out,
                  const std::function<void(ByteBuffer)>& progress) {
    Answerer(context, query, out, progress).answer();
    if (out.size() <= codec::kFrameHeaderBytes + codec::kMaxReplyBytes) return;
    out.clear();
    codec::append_failure(out, query.correlation, schema::FailureCode::too_large,
                          "the answer does not fit a reply; ask for a smaller page");
}

}  // namespace tim::server
