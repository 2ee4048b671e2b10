#include "tools/demo/till.h"

#include <fmt/format.h>
#include <algorithm>
#include <span>

namespace tim::demo {
namespace {

constexpr std::size_t kRememberedReceipts = 256;

/// What of a thousand rows is what: the rest are sales to customers.
constexpr std::uint64_t kAnonymous = 60;
constexpr std::uint64_t kReturned = 25;
constexpr std::uint64_t kVoided = 5;
constexpr std::uint64_t kRepeated = 10;
constexpr std::uint64_t kOtherAmount = 1;
constexpr std::uint64_t kUnknownCustomer = 3;
constexpr std::uint64_t kMistypedPhone = 1;

using SteadyClock = std::chrono::steady_clock;

}  // namespace

Till::Till(asio::io_context& io, client::ClientOptions options, const Morning& morning,
           model::TerminalId terminal, std::uint64_t seed,
           std::function<void(const model::Error&)> on_failure)
    : morning_(morning),
      terminal_(terminal),
      dice_(seed),
      on_failure_(std::move(on_failure)),
      client_(io, std::move(options)) {
    tally_.latencies_us.reserve(morning.rows_per_till);
}

void Till::open() {
    post_more();
}

void Till::post_more() {
    while (in_flight_ < morning_.rows_in_flight && posted_ < morning_.rows_per_till) {
        const auto share = static_cast<std::int64_t>(posted_) * morning_.length_ms /
                           static_cast<std::int64_t>(morning_.rows_per_till);
        now_ = {morning_.opens.value + share};
        Row row = make_row();
        if (!row.phone.empty()) row.command.customer = {model::KeyKind::phone, {}, row.phone};
        const auto sent = SteadyClock::now();
        const auto on_answer = [this, row, sent](const model::Result<client::Outcomes>& outcomes) {
            --in_flight_;
            if (!outcomes) {
                on_failure_(outcomes.error());
                return;
            }
            const auto elapsed =
                std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - sent);
            tally_.latencies_us.push_back(static_cast<std::uint32_t>(elapsed.count()));
            take_answer(row, outcomes->front());
            post_more();
        };
        const std::span<const model::Command> rows(&row.command, 1);
        const auto admission = row.command.kind == model::CommandKind::sale
                                   ? client_.sales(morning_.program, rows, on_answer)
                                   : client_.commands(morning_.program, rows, on_answer);
        if (admission == client::Admission::full) return;
        if (admission == client::Admission::closed) {
            on_failure_(client_.last_error().value_or(
                model::Error{model::ErrorKind::unavailable, "the connection was closed"}));
            return;
        }
        ++in_flight_;
        ++posted_;
    }
}

model::Name Till::next_name() {
    return model::Name::receipt(terminal_, fmt::format("{}-{}", morning_.run, posted_));
}

Till::Row Till::make_row() {
    std::uint64_t draw = dice_.below(1000);
    const auto is = [&draw](std::uint64_t share) {
        if (draw < share) return true;
        draw -= share;
        return false;
    };
    if (is(kAnonymous)) {
        Row row = make_sale();
        row.phone.clear();
        return row;
    }
    if (is(kUnknownCustomer)) {
        Row row = make_sale();
        row.phone = phone_of(morning_.customers + 1 + dice_.below(1000));
        return row;
    }
    if (is(kMistypedPhone)) {
        Row row = make_sale();
        row.phone = "090 123";
        return row;
    }
    if (receipts_.empty()) return make_sale();
    const Receipt& earlier = receipts_[dice_.below(receipts_.size())];
    if (is(kReturned)) return make_return(earlier);
    if (is(kVoided)) return make_void(earlier);
    if (is(kRepeated)) return make_sale_again(earlier);
    if (is(kOtherAmount)) {
        Row row = make_sale_again(earlier);
        row.command.amount.value += 1000;
        return row;
    }
    return make_sale();
}

Till::Row Till::make_sale() {
    Row row;
    row.command.kind = model::CommandKind::sale;
    row.command.name = next_name();
    row.command.at = now_;
    // Mostly groceries, now and then a full trolley.
    const std::uint64_t thousands = 15 + dice_.below(300) + (dice_.below(20) == 0 ? dice_.below(4000) : 0);
    row.command.amount = {static_cast<std::int64_t>(thousands * 1000)};
    // Some come every day: half of the sales are to a tenth of the customers.
    const std::uint64_t regulars = std::max<std::uint64_t>(1, morning_.customers / 10);
    row.customer = 1 + (dice_.below(2) == 0 ? dice_.below(regulars) : dice_.below(morning_.customers));
    row.phone = phone_of(row.customer);
    return row;
}

Till::Row Till::make_sale_again(const Receipt& receipt) const {
    Row row;
    row.command.kind = model::CommandKind::sale;
    row.command.name = receipt.name;
    row.command.at = receipt.at;
    row.command.amount = receipt.amount;
    row.customer = receipt.customer;
    row.phone = phone_of(receipt.customer);
    row.repeat = true;
    return row;
}

Till::Row Till::make_return(const Receipt& receipt) {
    Row row;
    row.command.kind = model::CommandKind::returned;
    row.command.name = next_name();
    row.command.original = receipt.name;
    row.command.at = now_;
    row.command.amount = {std::max<std::int64_t>(1000, receipt.amount.value / 2 / 1000 * 1000)};
    row.customer = receipt.customer;
    row.phone = phone_of(receipt.customer);
    return row;
}

Till::Row Till::make_void(const Receipt& receipt) {
    Row row;
    row.command.kind = model::CommandKind::voided;
    row.command.name = next_name();
    row.command.original = receipt.name;
    row.command.at = now_;
    return row;
}

void Till::take_answer(const Row& row, const model::Outcome& outcome) {
    if (outcome.refusal != model::Refusal::none) {
        ++tally_.refusals[outcome.refusal];
        return;
    }
    if (row.repeat) {
        ++tally_.repeats;
        return;
    }
    tally_.points += outcome.points.value;
    switch (row.command.kind) {
        case model::CommandKind::returned:
            ++tally_.returns;
            break;
        case model::CommandKind::voided:
            ++tally_.voids;
            break;
        default:
            ++tally_.sales;
            if (row.phone.empty())
                ++tally_.anonymous;
            else
                remember(row);
    }
}

void Till::remember(const Row& row) {
    Receipt receipt{row.command.name, row.customer, row.command.amount, row.command.at};
    if (receipts_.size() < kRememberedReceipts)
        receipts_.push_back(receipt);
    else
        receipts_[dice_.below(receipts_.size())] = receipt;
}

}  // namespace tim::demo
