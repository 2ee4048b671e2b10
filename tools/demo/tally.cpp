#include "tools/demo/tally.h"

#include <algorithm>

namespace tim::demo {

void Tally::add(const Tally& other) {
    sales += other.sales;
    anonymous += other.anonymous;
    returns += other.returns;
    voids += other.voids;
    repeats += other.repeats;
    quotes += other.quotes;
    holds += other.holds;
    captures += other.captures;
    releases += other.releases;
    points += other.points;
    redeemed += other.redeemed;
    for (const auto& [refusal, count] : other.refusals)
        refusals[refusal] += count;
    latencies_us.insert(latencies_us.end(), other.latencies_us.begin(), other.latencies_us.end());
}

std::uint32_t percentile_us(std::vector<std::uint32_t>& latencies_us, std::uint32_t per_mille) {
    if (latencies_us.empty()) return 0;
    if (!std::ranges::is_sorted(latencies_us)) std::ranges::sort(latencies_us);
    const std::size_t rank = (latencies_us.size() * per_mille + 999) / 1000;
    return latencies_us[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace tim::demo
