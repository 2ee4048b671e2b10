#include "tools/demo/summary.h"

#include <fmt/format.h>

#include "engine/model/money.h"
#include "engine/model/refusal.h"
#include "protocol/codec/limits.h"

namespace tim::demo {
namespace {

constexpr std::int64_t kTimeoutMs = 60'000;

void print_row(std::string_view label, const std::string& value) {
    fmt::print("  {:<28}{:>16}\n", label, value);
}

std::string milliseconds(std::uint32_t us) {
    return fmt::format("{:.2f} ms", us / 1000.0);
}

void print_latencies(std::string_view label, std::vector<std::uint32_t>& latencies_us) {
    fmt::print("  {:<28}p50 {}, p99 {}, p99.9 {}\n", label, milliseconds(percentile_us(latencies_us, 500)),
               milliseconds(percentile_us(latencies_us, 990)),
               milliseconds(percentile_us(latencies_us, 999)));
}

}  // namespace

std::string grouped(std::int64_t value) {
    const std::string digits = fmt::format("{}", value);
    const std::size_t sign = value < 0 ? 1 : 0;
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > sign && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

model::Result<Customers> count_customers(client::BlockingClient& client, const std::string& program) {
    auto info = client.program(program, {}, kTimeoutMs);
    if (!info) return tl::unexpected(std::move(info.error()));
    Customers customers;
    customers.by_tier.resize(info->program.tiers.size());
    customers.program = std::move(info->program);
    model::CustomerId after{};
    do {
        auto page = client.customers(program, after, codec::kMaxCustomersPerPage, kTimeoutMs);
        if (!page) return tl::unexpected(std::move(page.error()));
        for (const client::Customer& customer : page->rows) {
            ++customers.count;
            customers.points += customer.points.value;
            customers.lifetime_spend += customer.lifetime_spend.value;
            if (customer.points.value < 0) ++customers.in_debt;
            if (customer.tier < customers.by_tier.size()) ++customers.by_tier[customer.tier];
        }
        after = page->next;
    } while (after != model::CustomerId{});
    return customers;
}

void print_traffic(Tally& tills, Tally& checkout, double seconds) {
    const auto count = [](std::uint64_t value) { return grouped(static_cast<std::int64_t>(value)); };
    fmt::print("\ntills\n");
    print_row("sales", count(tills.sales));
    print_row("  of them anonymous", count(tills.anonymous));
    print_row("returns", count(tills.returns));
    print_row("voids", count(tills.voids));
    print_row("posted twice, counted once", count(tills.repeats));
    print_row("throughput", fmt::format("{}/s", grouped(static_cast<std::int64_t>(
                                                    static_cast<double>(tills.answered()) / seconds))));
    print_latencies("latency", tills.latencies_us);

    fmt::print("\ncheckout\n");
    print_row("questions: what may I spend?", count(checkout.quotes));
    print_row("holds", count(checkout.holds));
    print_row("  captured", count(checkout.captures));
    print_row("  released", count(checkout.releases));
    print_row("points redeemed", grouped(checkout.redeemed));
    print_latencies("latency of a question", checkout.latencies_us);

    fmt::print("\nrefused, by reason\n");
    Tally all = tills;
    all.add(checkout);
    if (all.refusals.empty()) fmt::print("  none\n");
    for (const auto& [refusal, times] : all.refusals)
        print_row(model::refusal_name(refusal), count(times));
}

void print_customers(const Customers& customers) {
    fmt::print("\ncustomers by tier\n");
    for (std::size_t i = 0; i < customers.by_tier.size(); ++i) {
        const model::Tier& tier = customers.program.tiers[i];
        print_row(tier.id, grouped(static_cast<std::int64_t>(customers.by_tier[i])));
    }
    print_row("all", grouped(static_cast<std::int64_t>(customers.count)));
    print_row("points, in sum", grouped(customers.points));
    if (customers.in_debt > 0)
        print_row("customers in debt", grouped(static_cast<std::int64_t>(customers.in_debt)));
    print_row("lifetime spend", model::format_money({customers.lifetime_spend}, customers.program.currency) +
                                    " " + customers.program.currency.code);
}

}  // namespace tim::demo
