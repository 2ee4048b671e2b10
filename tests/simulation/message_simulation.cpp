#include <algorithm>

#include "tests/simulation/simulation.h"

namespace tim::tests {

namespace {

constexpr std::uint64_t kRetryTicks = 12;
constexpr std::uint64_t kMostTicksOnTheWay = 6;

}  // namespace

void MessageSimulation::submit(std::size_t client) {
    retry_ticks_[client] = tick_ + kRetryTicks + choices_.below(kRetryTicks);
    if (choices_.chance(8)) return;  // lost on the way
    requests_.push_back({client, clients_[client].command, tick_ + choices_.below(kMostTicksOnTheWay)});
}

/// What has arrived makes one batch, in any order.
void MessageSimulation::deliver() {
    for (std::size_t i = 0; i < clients_.size(); ++i)
        if (clients_[i].waiting && tick_ >= retry_ticks_[i]) submit(i);
    std::vector<Request> arrived;
    for (auto it = requests_.begin(); it != requests_.end();) {
        if (it->due_tick > tick_) {
            ++it;
            continue;
        }
        arrived.insert(arrived.begin() + static_cast<std::ptrdiff_t>(choices_.below(arrived.size() + 1)),
                       *it);
        it = requests_.erase(it);
    }
    if (arrived.empty()) return;
    std::vector<OwnedCommand> commands;
    for (const Request& each : arrived)
        commands.push_back(each.command);
    const auto outcomes = execute(commands);
    for (std::size_t i = 0; i < arrived.size(); ++i)
        unreleased_.push_back({arrived[i].client, commands[i].command.name, outcomes[i], 0});
}

/// An answer goes out once what it tells is durable; then the network has it.
void MessageSimulation::release() {
    const auto durable = fixture_.engine().durable();
    for (auto it = unreleased_.begin(); it != unreleased_.end();) {
        if (it->outcome.depends_on > durable) {
            ++it;
            continue;
        }
        it->due_tick = tick_ + choices_.below(kMostTicksOnTheWay);
        if (!choices_.chance(10)) replies_.push_back(*it);
        it = unreleased_.erase(it);
    }
    for (auto it = replies_.begin(); it != replies_.end();) {
        if (it->due_tick > tick_) {
            ++it;
            continue;
        }
        const Reply reply = *it;
        it = replies_.erase(it);
        const Client& client = clients_[reply.client];
        // Answered already, or to be tried again.
        if (!client.waiting || client.command.command.name != reply.name) continue;
        if (!model::is_transient(reply.outcome.refusal)) take_answer(reply.client, reply.outcome);
    }
}

void MessageSimulation::restarted() {
    requests_.clear();
    unreleased_.clear();
    replies_.clear();
}

}  // namespace tim::tests
