#include "bench/load/setup.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "bench/load/traffic.h"
#include "engine/model/refusal.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/program_json.h"

namespace tim::bench {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

constexpr std::size_t kRowsPerMessage = 1000;
constexpr std::size_t kMessagesUnderWay = 8;
constexpr std::int64_t kGrantedPoints = 1'000'000;

/// Earning, tiers and rate of the shop that the peers' scripts serve too: 10,000 for a point, three levels.
model::Program bench_program(const std::string& id) {
    model::Program program;
    program.id = id;
    program.name = "Load of tim-bench";
    program.currency = {"VND", 0};
    program.time_zone = "Asia/Ho_Chi_Minh";
    program.points.earn = {{10'000}, {1}};
    program.points.redeem = model::RedeemRate{{1}, {1'000}};
    const auto add_tier = [&program](const char* name, std::int64_t min) {
        model::Tier tier;
        tier.id = tier.name = name;
        tier.min = min;
        program.tiers.push_back(tier);
    };
    add_tier("dong", 0);
    add_tier("bac", 3'000'000);
    add_tier("vang", 10'000'000);
    return program;
}

/// A request id made of what it is for and a number: the same in every run.
std::vector<std::uint8_t> request_id(char what, std::uint64_t number) {
    std::vector<std::uint8_t> id = {'b', 'e', 'n', 'c', 'h', static_cast<std::uint8_t>(what), 0, 1};
    for (int byte = 0; byte < 8; ++byte)
        id.push_back(static_cast<std::uint8_t>(number >> (8 * byte)));
    return id;
}

void show(const char* what, std::uint64_t done, std::uint64_t total) {
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{} {} of {}\x1b[K", what, done, total);
}

void show_end(const char* what, std::uint64_t total) {
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\x1b[K");
    fmt::print(stderr, "{} {}\n", what, total);
}

Result<void> check_row(const schema::CommandResult& row, const char* what) {
    const auto refusal = static_cast<model::Refusal>(row.refusal());
    if (refusal == model::Refusal::none || refusal == model::Refusal::key_taken) return {};
    return failure(ErrorKind::invalid,
                   fmt::format("{} is refused: {}", what, model::refusal_sentence(refusal, row.detail())));
}

/// Sends messages for the indices from `from` to `to`, some at a time, and looks at their results. Messages
/// that are refused for the moment go again.
template <class Append>
Result<void> send_all(Wire& wire, const char* what, std::uint64_t from, std::uint64_t to, Append append,
                      std::size_t rows_per_message = kRowsPerMessage) {
    std::vector<std::uint64_t> waiting;  // first indices, the last of the list first
    for (std::uint64_t first = from; first < to; first += rows_per_message)
        waiting.push_back(first);
    std::reverse(waiting.begin(), waiting.end());
    std::array<std::uint64_t, kMessagesUnderWay> under_way{};
    std::vector<std::uint32_t> free;
    for (std::uint32_t slot = 0; slot < kMessagesUnderWay; ++slot)
        free.push_back(slot);
    std::uint64_t done = from;
    while (!waiting.empty() || free.size() < kMessagesUnderWay) {
        codec::ByteBuffer out;
        while (!waiting.empty() && !free.empty()) {
            const std::uint32_t slot = free.back();
            free.pop_back();
            under_way[slot] = waiting.back();
            waiting.pop_back();
            append(out, slot, under_way[slot],
                   std::min<std::uint64_t>(under_way[slot] + rows_per_message, to));
        }
        if (auto sent = wire.send(out); !sent) return sent;
        const auto reply = wire.receive();
        if (!reply) return tl::unexpected(reply.error());
        const auto* results = (*reply)->body_as_CommandResults();
        if (results == nullptr) return failure(ErrorKind::corrupt, "an unexpected answer");
        bool again = false;
        for (const schema::CommandResult* row : *results->rows()) {
            if (model::is_transient(static_cast<model::Refusal>(row->refusal()))) {
                again = true;
                continue;
            }
            if (auto checked = check_row(*row, what); !checked) return checked;
        }
        const std::uint32_t slot = wire.correlation();
        free.push_back(slot);
        if (again)
            waiting.push_back(under_way[slot]);
        else
            done += std::min<std::uint64_t>(rows_per_message, to - under_way[slot]);
        show(what, done, to);
    }
    show_end(what, to);
    return {};
}

Result<std::uint64_t> count_customers(const Settings& settings, Wire& wire) {
    const auto reply = wire.ask(schema::ProgramListRequestT{});
    if (!reply) return tl::unexpected(reply.error());
    const auto* list = (*reply)->body_as_ProgramListReply();
    if (list == nullptr) return failure(ErrorKind::corrupt, "an unexpected answer");
    for (const auto* program : *list->programs())
        if (program->id()->str() == settings.program) return program->customers();
    return failure(ErrorKind::not_found, fmt::format("there is no program {}", settings.program));
}

std::unique_ptr<schema::CustomerKeyT> key_of(std::uint64_t index) {
    auto key = std::make_unique<schema::CustomerKeyT>();
    key->kind = schema::CustomerKind::phone;
    const auto phone = phone_of(index);
    key->text.assign(phone.data(), phone.size());
    return key;
}

/// Enrols the customers from `from` to `to`; who is no VIP is the member of one, in turn.
Result<void> enroll(const Settings& settings, Wire& wire, std::uint64_t from, std::uint64_t to) {
    return send_all(
        wire, "customers enrolled:", from, to,
        [&settings](codec::ByteBuffer& out, std::uint32_t slot, std::uint64_t first, std::uint64_t end) {
            schema::EnrollBatchT batch;
            batch.program = settings.program;
            for (std::uint64_t index = first; index < end; ++index) {
                auto row = std::make_unique<schema::EnrollmentT>();
                row->request_id = request_id('e', index);
                row->keys.push_back(key_of(index));
                if (index >= settings.vips && settings.vips > 0) row->vip = key_of(index % settings.vips);
                batch.rows.push_back(std::move(row));
            }
            codec::append_request(out, slot, std::move(batch));
        });
}

Result<void> appoint_vips(const Settings& settings, Wire& wire) {
    return send_all(
        wire, "VIPs appointed:", 0, settings.vips,
        [&settings](codec::ByteBuffer& out, std::uint32_t slot, std::uint64_t index, std::uint64_t) {
            schema::NetworkChangeT change;
            change.program = settings.program;
            change.request_id = request_id('v', index);
            change.kind = schema::NetworkKind::appoint_vip;
            change.customer = key_of(index);
            codec::append_request(out, slot, std::move(change));
        },
        1);
}

}  // namespace

Result<model::Program> load_program(const Settings& settings) {
    model::Program program = bench_program(settings.program);
    if (!settings.rules.empty()) {
        std::ifstream file(settings.rules, std::ios::binary);
        const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        if (!file) return failure(ErrorKind::io, fmt::format("{}: cannot be read", settings.rules.string()));
        auto read = codec::parse_program_json(text, settings.rules.string());
        if (!read) return read;
        program = std::move(*read);
        program.id = settings.program;
    }
    if (settings.vips > 0 && (!program.network || !program.network->enabled))
        return failure(ErrorKind::invalid, "--vips: the program has no network of members and VIPs");
    return program;
}

std::int64_t points_above(const Settings& settings, const model::Program& program) {
    if (settings.vips == 0 || !program.network->upline_earn) return 0;
    const model::EarnRate& earn = program.network->upline_earn->rate;
    return kSaleAmountMinor / earn.per_amount.value * earn.points.value;
}

Result<void> prepare_customers(const Settings& settings, const model::Program& program, Wire& wire) {
    schema::ProgramPutT put;
    put.request_id = request_id('p', 1);
    put.program = codec::to_schema(program);
    const auto reply = wire.ask(std::move(put));
    if (!reply) return tl::unexpected(reply.error());
    if (const auto* results = (*reply)->body_as_CommandResults()) {
        if (auto checked = check_row(*results->rows()->Get(0), "the program"); !checked) return checked;
    }
    const auto present = count_customers(settings, wire);
    if (!present) return tl::unexpected(present.error());
    // They are enrolled in order, but the last messages of a run that broke off may be missing.
    const std::uint64_t sure =
        *present >= settings.customers
            ? settings.customers
            : *present - std::min<std::uint64_t>(*present, kRowsPerMessage * kMessagesUnderWay);
    if (sure == settings.customers) return {};
    const std::uint64_t from = sure / kRowsPerMessage * kRowsPerMessage;
    if (settings.vips > 0) {
        if (auto enrolled = enroll(settings, wire, std::min(from, settings.vips), settings.vips); !enrolled)
            return enrolled;
        if (auto appointed = appoint_vips(settings, wire); !appointed) return appointed;
    }
    return enroll(settings, wire, std::max(from, settings.vips), settings.customers);
}

Result<void> grant_points(const Settings& settings, Wire& wire) {
    const codec::BatchEncoder encoder(settings.program);
    codec::CommandRows rows;
    return send_all(wire, "customers given points:", 0, settings.customers,
                    [&](codec::ByteBuffer& out, std::uint32_t slot, std::uint64_t from, std::uint64_t to) {
                        rows.clear();
                        for (std::uint64_t index = from; index < to; ++index) {
                            const auto phone = phone_of(index);
                            model::Command command;
                            command.kind = model::CommandKind::adjust;
                            command.customer = {model::KeyKind::phone, {}, {phone.data(), phone.size()}};
                            std::array<std::uint8_t, model::kRequestIdBytes> id{};
                            const auto bytes = request_id('g', index);
                            std::copy(bytes.begin(), bytes.end(), id.begin());
                            command.name = model::Name::request(id);
                            command.points = {kGrantedPoints};
                            command.reason = "points to spend in tim-bench";
                            (void)rows.add(command);  // fits by construction
                        }
                        encoder.append_commands(out, slot, rows.rows, rows.texts);
                    });
}

Result<Totals> read_totals(const Settings& settings, Wire& wire) {
    Totals totals;
    std::uint64_t after = 0;
    do {
        schema::CustomersRequestT request;
        request.program = settings.program;
        request.after = after;
        request.limit = codec::kMaxCustomersPerPage;
        const auto reply = wire.ask(std::move(request));
        if (!reply) return tl::unexpected(reply.error());
        const auto* page = (*reply)->body_as_Customers();
        if (page == nullptr) return failure(ErrorKind::corrupt, "an unexpected answer");
        for (const auto* customer : *page->rows()) {
            ++totals.customers;
            totals.spend_minor += customer->lifetime_spend();
            totals.points += customer->points();
        }
        after = page->next();
        show("customers summed up:", totals.customers, settings.customers);
    } while (after != 0);
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\x1b[K");
    return totals;
}

}  // namespace tim::bench
