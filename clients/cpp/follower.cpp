#include "clients/cpp/follower.h"

#include <mutex>
#include <utility>

namespace tim::client {

/// Outlives the follower as long as a question of its is open.
struct Follower::State {
    Client& client;
    const std::string program;
    const OnPage on_page;
    const OnEnd on_end;
    const FollowerOptions options;

    std::mutex callbacks;  ///< held while one runs; guards `ended`
    bool ended = false;
    mutable std::mutex place;  ///< guards `through`
    model::Sequence through{};
};

Follower::Follower(Client& client, std::string program, model::Sequence after, OnPage on_page, OnEnd on_end,
                   FollowerOptions options)
    : state_(new State{
          client, std::move(program), std::move(on_page), std::move(on_end), options, {}, false, {}, after}) {
    ask(state_);
}

Follower::~Follower() {
    const std::scoped_lock guard(state_->callbacks);
    state_->ended = true;
}

model::Sequence Follower::through() const {
    const std::scoped_lock guard(state_->place);
    return state_->through;
}

void Follower::ask(const std::shared_ptr<State>& state) {
    const auto take = [state](model::Result<ChangesPage> page) {
        {
            const std::scoped_lock guard(state->callbacks);
            if (state->ended) return;
            if (!page) {
                state->ended = true;
                return state->on_end(page.error());
            }
            if (!state->on_page(*page)) {
                state->ended = true;
                return;
            }
            const std::scoped_lock place(state->place);
            state->through = page->through;
        }
        ask(state);
    };
    const Admission admission = state->client.changes(
        state->program, state->through, state->options.page_changes, state->options.wait_ms, take);
    if (admission == Admission::accepted) return;
    const std::scoped_lock guard(state->callbacks);
    if (std::exchange(state->ended, true)) return;
    if (admission == Admission::full)
        return state->on_end({model::ErrorKind::busy, "the client has too much unanswered already"});
    state->on_end(state->client.last_error().value_or(
        model::Error{model::ErrorKind::unavailable, "the client was closed"}));
}

}  // namespace tim::client
