#include "tools/tim/patience.h"

#include <fmt/format.h>

#include <utility>

#include "tools/tim/command_line.h"

namespace tim::cli {
namespace {

/// A connection that is made anew within this time is not worth a word.
constexpr auto kAwayAfter = std::chrono::milliseconds(500);

}  // namespace

std::optional<model::Error> Patience::look(Clock::time_point& last_sign) {
    const auto now = Clock::now();
    if (client_.state() == client::Client::State::ready) {
        last_sign = now;
        back();
        return std::nullopt;
    }
    if (client_.state() == client::Client::State::closed) return std::nullopt;  // the answer says why
    const auto error = client_.last_error();
    const std::string reason = error ? error->message : "no connection";
    if (now - last_sign > kAwayAfter && !std::exchange(away_, true))
        say(fmt::format("the server is away ({}); trying again", reason));
    if (give_up_s_ > 0 && now - last_sign > std::chrono::seconds(give_up_s_))
        return model::Error{model::ErrorKind::unavailable,
                            fmt::format("no server for {} s: {}", give_up_s_, reason)};
    return std::nullopt;
}

model::Error Patience::ended() const {
    return client_.last_error().value_or(
        model::Error{model::ErrorKind::unavailable, "the connection has ended"});
}

void Patience::back() {
    if (std::exchange(away_, false)) say("the server is back");
}

}  // namespace tim::cli
