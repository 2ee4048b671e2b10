// The checkout client: what may this customer spend? Hold it while the payment runs, then take it.
//
//     tim_example_pay_with_points 127.0.0.1:7400 tim-data/admin.key nhanh phone:+84901234567 AMOUNT-MINOR

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "clients/cpp/checkout.h"

namespace {

int give_up(const tim::model::Error& error) {
    std::fprintf(stderr, "%s\n", error.message.c_str());
    return 3;
}

int refused(tim::model::Refusal refusal, std::int64_t detail) {
    std::fprintf(stderr, "%s\n", tim::model::refusal_sentence(refusal, detail).c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace tim;
    if (argc != 6) {
        std::fprintf(stderr, "usage: %s HOST:PORT KEY-FILE PROGRAM CUSTOMER AMOUNT-MINOR\n", argv[0]);
        return 2;
    }
    auto connect = client::connect_options(argv[1], argv[2]);
    if (!connect) return give_up(connect.error());
    const auto customer = model::parse_customer(argv[4]);
    if (!customer) return give_up(customer.error());
    client::ClientOptions options;
    options.connect = std::move(*connect);
    options.request_timeout_ms = 10'000;
    client::BlockingClient server(std::move(options));
    client::CheckoutClient checkout(server, argv[3]);

    const auto quote = checkout.quote(*customer, {std::strtoll(argv[5], nullptr, 10)});
    if (!quote) return give_up(quote.error());
    if (quote->refusal != model::Refusal::none) return refused(quote->refusal, quote->detail);
    std::printf("spendable %lld points; this purchase would earn %lld\n",
                static_cast<long long>(quote->spendable.value), static_cast<long long>(quote->to_earn.value));
    if (quote->spendable.value == 0) return 0;

    // Reserved for a minute: if we vanish now, the points are free again by themselves.
    const auto hold = checkout.hold(*customer, quote->spendable, 60'000);
    if (!hold) return give_up(hold.error());
    if (hold->refusal != model::Refusal::none) return refused(hold->refusal, hold->detail);
    // The customer decides for half of them; the rest is free again.
    const model::Points taken{std::max<std::int64_t>(1, quote->spendable.value / 2)};
    const auto captured = checkout.capture(hold->sequence, taken);
    if (!captured) return give_up(captured.error());
    if (captured->refusal != model::Refusal::none) return refused(captured->refusal, captured->detail);
    std::printf("took %lld points, balance %lld\n", static_cast<long long>(taken.value),
                static_cast<long long>(captured->balance.value));
    return 0;
}
