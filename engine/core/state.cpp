#include "engine/core/state.h"

#include "engine/core/invariant.h"

namespace tim::core {

std::string ProgramState::campaign_id(std::uint64_t number) const {
    for (const auto& [id, given] : *newest().campaigns().numbers())
        if (given == number) return id;
    return {};
}

std::string ProgramState::reward_id(std::uint64_t number) const {
    for (const auto& [id, given] : *newest().reward_numbers())
        if (given == number) return id;
    return {};
}

void ProgramState::add_version(std::unique_ptr<const Rules> rules) {
    const std::uint16_t count = version_count_.load(std::memory_order_relaxed);
    TIM_INVARIANT(count < kMaxVersions, "a program's versions are bounded");
    TIM_INVARIANT(rules->version().value == count + 1, "versions are numbered without gaps");
    if (rules->program().network || rules->program().referral)
        has_parties_.store(true, std::memory_order_relaxed);
    versions_[count] = std::move(rules);
    version_count_.store(static_cast<std::uint16_t>(count + 1), std::memory_order_release);
}

ProgramState* State::find_program(std::string_view name) const {
    for (std::size_t i = 0, count = program_count(); i < count; ++i) {
        if (programs_[i]->name() == name) return programs_[i].get();
    }
    return nullptr;
}

ProgramState& State::add_program(std::string name) {
    const std::uint16_t count = program_count_.load(std::memory_order_relaxed);
    TIM_INVARIANT(count < kMaxPrograms, "programs are bounded");
    const model::ProgramId id{static_cast<std::uint16_t>(count + 1)};
    programs_[count] = std::make_unique<ProgramState>(id, std::move(name));
    program_count_.store(id.value, std::memory_order_release);
    return *programs_[count];
}

}  // namespace tim::core
