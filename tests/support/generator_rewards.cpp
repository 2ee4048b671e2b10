// Rewards, and what becomes of their codes.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tests/support/generator.h"
#include "tests/support/seams.h"

namespace tim::tests {

using model::CommandKind;
using model::ProgramId;

void CommandGenerator::choose_rewards(model::Program& program, std::int64_t now, Choices& choices) {
    program.rewards.clear();
    for (int i = 0; i < 3; ++i) {
        model::Reward reward;
        reward.id = fmt::format("r{}", i);
        const bool gift = i == 2;
        reward.kind = gift ? model::RewardKind::gift : model::RewardKind::voucher;
        reward.cost.value = choices.between(1, choices.chance(70) ? 12 : 60);
        if (!gift) reward.value.value = choices.between(1, 40'000);
        reward.valid_days = static_cast<std::int32_t>(choices.between(1, choices.chance(70) ? 3 : 60));
        if (choices.chance(60)) reward.stock = choices.between(0, 6);
        if (choices.chance(30)) reward.tiers = {program.tiers[choices.below(program.tiers.size())].id};
        if (choices.chance(20)) reward.starts = model::Instant{now + choices.between(-20, 5) * kDayMs};
        if (choices.chance(20)) reward.ends = model::Instant{now + choices.between(6, 60) * kDayMs};
        program.rewards.push_back(std::move(reward));
    }
    for (model::Tier& tier : program.tiers)
        tier.voucher_discount_bp =
            choices.chance(50) ? static_cast<std::int32_t>(choices.between(0, 5'000)) : 0;
}

std::string CommandGenerator::voucher(ProgramId program) {
    std::vector<std::string> codes;
    for (const auto& known : model_.vouchers())
        if (known.program == program) codes.push_back(known.code);
    if (codes.empty() || choices_.chance(5)) return choices_.chance(50) ? "7K3M9QXWTB2C" : "no code";
    // Mostly the newest, so that much happens to one before it expires.
    if (choices_.chance(50)) return codes.back();
    const std::size_t from = codes.size() > 8 && choices_.chance(80) ? codes.size() - 6 : 0;
    return codes[from + choices_.below(codes.size() - from)];
}

OwnedCommand CommandGenerator::with_some_voucher(OwnedCommand command, std::uint64_t percent) {
    const ProgramId program = command.command.program;
    if (model_.document(program, 1).rewards.empty() || !choices_.chance(percent)) return command;
    return tests::with_voucher(std::move(command), voucher(program));
}

OwnedCommand CommandGenerator::reward(ProgramId program) {
    if (choices_.chance(50)) {
        const std::string id = choices_.chance(3) ? "none" : fmt::format("r{}", choices_.below(3));
        return make_redeem_reward(program, choices_.chance(50) ? next_request() : next_receipt(),
                                  customer(program), id);
    }
    return voucher_act(program, voucher(program));
}

OwnedCommand CommandGenerator::voucher_act(ProgramId program, const std::string& code) {
    constexpr CommandKind kinds[] = {CommandKind::reserve_voucher, CommandKind::reserve_voucher,
                                     CommandKind::use_voucher,     CommandKind::release_voucher,
                                     CommandKind::release_voucher, CommandKind::cancel_voucher};
    const CommandKind kind = kinds[choices_.below(std::size(kinds))];
    constexpr std::int64_t ttls[] = {0, 0, kMinuteMs, kHourMs, kDayMs, -1};
    const std::int64_t ttl = kind == CommandKind::reserve_voucher ? ttls[choices_.below(std::size(ttls))] : 0;
    reserved_.reset();
    if (kind == CommandKind::reserve_voucher) reserved_.emplace(program, code);
    return make_voucher_act(kind, program, next_request(), code, ttl);
}

}  // namespace tim::tests
