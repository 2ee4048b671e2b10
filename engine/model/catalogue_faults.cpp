// Faults of what a program lists beside its rules: rewards, and the values that customers are classified by.
#include <fmt/format.h>

#include <algorithm>

#include "engine/model/classification.h"
#include "engine/model/fault_collector.h"

namespace tim::model {
namespace {

void check_reward(const Program& program, std::size_t index, FaultCollector& faults) {
    const Reward& reward = program.rewards[index];
    const std::string path = fmt::format("rewards[{}]", index);
    faults.check_id(path + ".id", reward.id);
    faults.check_text(path + ".name", reward.name, kMaxNameBytes);
    for (std::size_t before = 0; before < index; ++before)
        if (program.rewards[before].id == reward.id)
            faults.fault(path + ".id",
                         fmt::format("\"{}\" is the id of rewards[{}] already", reward.id, before));
    if (reward.kind > RewardKind::gift) faults.fault(path + ".kind", "must be voucher or gift");
    faults.check_range(path + ".cost_points", reward.cost.value, 1, kMaxRatePoints);
    const bool voucher = reward.kind == RewardKind::voucher;
    if (voucher && reward.value.value < 1)
        faults.fault(path + ".value", "must be above 0: it is what the voucher is worth at a checkout");
    if (!voucher && reward.value.value != 0)
        faults.fault(path + ".value", "belongs to vouchers alone: a gift is no money");
    faults.check_range(path + ".valid_days", reward.valid_days, 1, kMaxRewardDays);
    if (reward.stock) faults.check_range(path + ".stock", *reward.stock, 0, kMaxStock);
    if (reward.starts && reward.ends && *reward.ends <= *reward.starts)
        faults.fault(path + ".to", "lies before \"from\"");
    if (reward.tiers.size() > kMaxTiers)
        return faults.fault(path + ".tiers", fmt::format("has {} entries; at most {} are allowed",
                                                         reward.tiers.size(), kMaxTiers));
    for (const std::string& id : reward.tiers)
        if (std::ranges::find(program.tiers, id, &Tier::id) == program.tiers.end())
            faults.fault(path + ".tiers", fmt::format("\"{}\" is not a tier of this program", id));
}

void check_values(const std::vector<std::string>& values, std::size_t most, const std::string& path,
                  FaultCollector& faults) {
    if (values.size() > most)
        return faults.fault(path, fmt::format("has {} entries; at most {} are allowed", values.size(), most));
    for (std::size_t i = 0; i < values.size(); ++i) {
        faults.check_id(fmt::format("{}[{}]", path, i), values[i]);
        const auto first = std::ranges::find(values, values[i]) - values.begin();
        if (static_cast<std::size_t>(first) < i)
            faults.fault(fmt::format("{}[{}]", path, i),
                         fmt::format("\"{}\" stands at {} already", values[i], first));
    }
}

}  // namespace

void check_catalogue(const Program& program, FaultCollector& faults) {
    if (program.rewards.size() > kMaxRewards)
        faults.fault("rewards", fmt::format("has {} entries; at most {} are allowed", program.rewards.size(),
                                            kMaxRewards));
    else
        for (std::size_t i = 0; i < program.rewards.size(); ++i)
            check_reward(program, i, faults);
    if (!program.classification) return;
    const Classification& classification = *program.classification;
    if (classification.vip_month_spend)
        faults.check_range("classification.statuses_vip_month_spend", classification.vip_month_spend->value,
                           0, INT64_MAX);
    check_values(classification.sources, kMaxSources, "classification.sources", faults);
    check_values(classification.natures, kMaxClassValues, "classification.natures", faults);
    check_values(classification.types, kMaxClassValues, "classification.types", faults);
    check_values(classification.items, kMaxClassValues, "classification.items", faults);
}

}  // namespace tim::model
