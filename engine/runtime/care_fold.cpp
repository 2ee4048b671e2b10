#include "engine/runtime/care_fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/core/decide.h"

namespace tim::runtime {

using model::CarePhase;
using model::Fact;
using model::FactType;
using model::Sequence;

namespace {

/// Whether a command may leave its task so: one that comes back by itself is open when it was done, but where
/// that would lie behind the last instant.
bool leads_to(const Fact& command, const Fact& note) {
    const CarePhase phase = note.care.phase;
    switch (command.type) {
        case FactType::care_dropped:
            return phase == CarePhase::dropped;
        case FactType::care_done: {
            if (note.care.every_days == 0) return phase == CarePhase::done;
            const std::int64_t next =
                std::max(note.at.value, note.amount.value) + (note.care.every_days + 1) * core::kDayMs;
            return phase == CarePhase::open || (phase == CarePhase::done && next > core::kMaxInstantMs);
        }
        default:
            return phase == CarePhase::open;
    }
}

}  // namespace

std::optional<std::string> CareFold::add(const Fact& fact, Sequence sequence) {
    const bool follows = command_sequence_.value != 0 && sequence.value == command_sequence_.value + 1;
    const Sequence command = std::exchange(command_sequence_, Sequence{});
    if (command.value != 0 && (!follows || fact.type != FactType::care_noted))
        return fmt::format("fact {}: nothing says where the task of care of this stands", command.value);
    if (model::is_of_care(fact.type)) {
        command_ = fact;
        command_sequence_ = sequence;
        return std::nullopt;
    }
    if (fact.type != FactType::care_noted) return std::nullopt;
    const std::uint64_t task = fact.subject.id();
    const auto wrong = [&](const std::string& what) {
        return fmt::format("fact {}: the task of care planned at {} {}", sequence.value, task, what);
    };
    if (command.value == 0) return wrong("moves without a command");
    const bool plans = command_.type == FactType::care_planned;
    if (task != (plans ? command.value : command_.request.related) ||
        command_.subject != model::Subject::customer(fact.subject.program(), {fact.care.customer}))
        return wrong("is not the one of the command before it");
    if (!leads_to(command_, fact)) return wrong("stands where its command does not lead");
    std::uint64_t& state = tasks_[task];
    const std::uint64_t before =
        std::exchange(state, sequence.value << kPhaseBits | static_cast<std::uint64_t>(fact.care.phase));
    if (fact.previous.value != before >> kPhaseBits)
        return wrong(
            fmt::format("was last told of at {}, not at {}", before >> kPhaseBits, fact.previous.value));
    const auto phase_before = static_cast<CarePhase>(before & ((1u << kPhaseBits) - 1));
    if (phase_before != (plans ? CarePhase::none : CarePhase::open))
        return wrong(fmt::format("was {} already", model::care_phase_name(phase_before)));
    return std::nullopt;
}

}  // namespace tim::runtime
