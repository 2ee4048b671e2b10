#include "clients/cpp/pos.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "clients/cpp/random.h"

namespace tim::client {
namespace {

using model::ErrorKind;

model::Instant system_now() {
    return {std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
}

}  // namespace

PosClient::PosClient(PosOptions options, std::unique_ptr<DurableQueue> queue)
    : program_(std::move(options.program)),
      terminal_(options.terminal),
      clock_(options.clock ? std::move(options.clock) : system_now),
      random_(options.random ? options.random : &system_random()),
      queue_(std::move(queue)),
      poster_(*queue_, std::move(options.poster), std::move(options.callbacks)) {}

PosClient::~PosClient() = default;

model::Result<std::unique_ptr<PosClient>> PosClient::open(PosOptions options) {
    if (options.program.empty() || options.program.size() > model::kMaxProgramIdBytes)
        return model::failure(ErrorKind::invalid,
                              fmt::format("the program's id is 1 to {} bytes", model::kMaxProgramIdBytes));
    auto queue = DurableQueue::open(options.queue);
    if (!queue) return tl::unexpected(queue.error());
    return std::unique_ptr<PosClient>(new PosClient(std::move(options), std::move(*queue)));
}

model::Result<QueuedRow> PosClient::row(model::CommandKind kind, std::string_view receipt,
                                        const model::CustomerRef& customer, model::Instant at) const {
    if (receipt.empty() || receipt.size() > model::kMaxReceiptBytes)
        return model::failure(ErrorKind::invalid, fmt::format("receipt \"{}\": a number is 1 to {} bytes",
                                                              receipt, model::kMaxReceiptBytes));
    QueuedRow row;
    row.kind = kind;
    row.name = model::Name::receipt(terminal_, receipt);
    if (!row.name.valid())
        return model::failure(ErrorKind::invalid,
                              fmt::format("receipt \"{}\": a number is printable ASCII", receipt));
    row.customer_kind = customer.kind;
    row.customer_id = customer.id;
    row.customer = customer.text;
    row.at = at == model::kNoInstant ? clock_() : at;
    return row;
}

model::Result<std::uint64_t> PosClient::sell(std::string_view receipt, const model::CustomerRef& customer,
                                             model::Money amount, model::Instant at) {
    auto sale = row(model::CommandKind::sale, receipt, customer, at);
    if (!sale) return tl::unexpected(sale.error());
    if (amount.value < 0) return model::failure(ErrorKind::invalid, "the amount of a sale is not negative");
    sale->amount = amount;
    return add(*sale);
}

model::Result<std::uint64_t> PosClient::sell(std::string_view receipt, const model::CustomerRef& customer,
                                             model::Money amount, const model::SaleDetails& details,
                                             model::Instant at) {
    auto sale = row(model::CommandKind::sale, receipt, customer, at);
    if (!sale) return tl::unexpected(sale.error());
    if (amount.value < 0) return model::failure(ErrorKind::invalid, "the amount of a sale is not negative");
    sale->amount = amount;
    sale->hold = details.hold;
    sale->referral = details.referral;
    sale->payment = details.payment;
    sale->voucher = details.voucher;
    sale->lines = details.lines;
    return add(*sale);
}

model::Result<std::uint64_t> PosClient::take_back_lines(std::string_view receipt,
                                                        const model::CustomerRef& customer,
                                                        const model::Name& original,
                                                        std::span<const model::SaleLine> lines,
                                                        model::Instant at) {
    auto goods = row(model::CommandKind::returned, receipt, customer, at);
    if (!goods) return tl::unexpected(goods.error());
    goods->original = original;
    goods->lines.assign(lines.begin(), lines.end());
    return add(*goods);
}

model::Result<std::uint64_t> PosClient::take_back(std::string_view receipt,
                                                  const model::CustomerRef& customer, model::Money amount,
                                                  const std::optional<model::Name>& original,
                                                  model::Instant at) {
    auto goods = row(model::CommandKind::returned, receipt, customer, at);
    if (!goods) return tl::unexpected(goods.error());
    if (amount.value < 0) return model::failure(ErrorKind::invalid, "the amount of a return is not negative");
    goods->amount = amount;
    if (original) goods->original = *original;
    return add(*goods);
}

model::Result<std::uint64_t> PosClient::void_sale(std::string_view receipt, const model::Name& original,
                                                  model::Instant at) {
    auto voided = row(model::CommandKind::voided, receipt, {}, at);
    if (!voided) return tl::unexpected(voided.error());
    voided->original = original;
    return add(*voided);
}

model::Result<std::uint64_t> PosClient::redeem(std::string_view receipt, const model::CustomerRef& customer,
                                               model::Points points, model::Instant at) {
    auto redemption = row(model::CommandKind::redeem, receipt, customer, at);
    if (!redemption) return tl::unexpected(redemption.error());
    if (points.value <= 0) return model::failure(ErrorKind::invalid, "points to redeem are more than 0");
    redemption->points = points;
    return add(*redemption);
}

model::Result<std::uint64_t> PosClient::enroll(std::span<const model::CustomerRef> keys,
                                               std::string_view name, model::Instant at) {
    QueuedRow row;
    row.kind = model::CommandKind::enroll;
    row.name = make_request_id(*random_);
    row.at = at == model::kNoInstant ? clock_() : at;
    for (const auto& key : keys)
        row.keys.push_back({key.kind, std::string(key.text)});
    row.person = name;
    return add(row);
}

model::Result<std::uint64_t> PosClient::add(const QueuedRow& row) {
    auto index = queue_->append(program_, {&row, 1});
    if (index) poster_.wake();
    return index;
}

bool PosClient::wait_until_drained(std::int64_t timeout_ms) {
    return poster_.wait_until_drained(timeout_ms);
}
QueueStatus PosClient::status() const {
    return queue_->status();
}
std::optional<model::Error> PosClient::trouble() const {
    return poster_.trouble();
}
std::filesystem::path PosClient::rejects_path() const {
    return queue_->rejects_path();
}

}  // namespace tim::client
