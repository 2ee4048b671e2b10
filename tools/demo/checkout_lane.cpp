#include "tools/demo/checkout_lane.h"

#include <chrono>
#include <string>

#include "clients/cpp/checkout.h"

namespace tim::demo {
namespace {

constexpr std::int64_t kHoldMs = 60'000;
constexpr std::int64_t kTimeoutMs = 30'000;
constexpr std::int64_t kLeastPoints = 10;

using SteadyClock = std::chrono::steady_clock;

}  // namespace

CheckoutLane::CheckoutLane(client::ClientOptions options, const Morning& morning, std::uint64_t seed)
    : client_(std::move(options)), morning_(morning), dice_(seed), thread_([this] { run(); }) {}

CheckoutLane::~CheckoutLane() {
    finish();
}

void CheckoutLane::finish() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
}

void CheckoutLane::run() {
    while (!stop_ && serve())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

const model::Outcome* CheckoutLane::take(const model::Result<model::Outcome>& outcome) {
    if (!outcome) {
        failure_ = outcome.error();
        return nullptr;
    }
    if (outcome->refusal != model::Refusal::none) {
        ++tally_.refusals[outcome->refusal];
        return nullptr;
    }
    return &*outcome;
}

bool CheckoutLane::serve() {
    client::CheckoutClient checkout(client_, morning_.program);
    const std::string phone = phone_of(1 + dice_.below(morning_.customers));
    const model::CustomerRef customer{model::KeyKind::phone, {}, phone};

    const auto asked = SteadyClock::now();
    const auto quote = checkout.quote(customer, {250'000}, kTimeoutMs);
    if (!quote) {
        failure_ = quote.error();
        return false;
    }
    const auto elapsed = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - asked);
    tally_.latencies_us.push_back(static_cast<std::uint32_t>(elapsed.count()));
    ++tally_.quotes;
    if (quote->refusal != model::Refusal::none) {
        ++tally_.refusals[quote->refusal];
        return true;
    }
    if (quote->spendable.value < kLeastPoints) return true;

    // Now and then somebody wants more than there is.
    if (dice_.below(20) == 0) {
        const model::Points too_many{quote->balance.value + 1'000'000};
        take(checkout.redeem(customer, too_many, client::make_request_id(), kTimeoutMs));
        return !failure_;
    }
    const auto held =
        checkout.hold(customer, {quote->spendable.value / 2}, kHoldMs, client::make_request_id(), kTimeoutMs);
    const model::Outcome* const hold = take(held);
    if (hold == nullptr) return !failure_;
    ++tally_.holds;
    if (dice_.below(10) == 0) {
        if (take(checkout.release(hold->sequence, client::make_request_id(), kTimeoutMs)) != nullptr)
            ++tally_.releases;
        return !failure_;
    }
    const auto captured = checkout.capture(hold->sequence, {}, client::make_request_id(), kTimeoutMs);
    if (const model::Outcome* const capture = take(captured)) {
        ++tally_.captures;
        tally_.points += capture->points.value;
        tally_.redeemed -= capture->points.value;
    }
    return !failure_;
}

}  // namespace tim::demo
