#include "tools/tim/command_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "protocol/codec/text.h"
#include "tools/tim/json_line.h"

namespace tim::cli {

using model::ErrorKind;
using model::Result;

std::string printable_lines(std::string_view message) {
    std::string shown;
    for (std::size_t begin = 0; begin <= message.size();) {
        const std::size_t end = std::min(message.find('\n', begin), message.size());
        if (begin > 0) shown += '\n';
        shown += codec::printable(message.substr(begin, end - begin));
        begin = end + 1;
    }
    return shown;
}

void say(std::string_view message) {
    fmt::print(stderr, "tim: {}\n", printable_lines(message));
}

int fail(const model::Error& error) {
    say(error.message);
    switch (error.kind) {
        case ErrorKind::invalid:
        case ErrorKind::io:
        case ErrorKind::full:
            return kUsage;
        case ErrorKind::unavailable:
            return kUnreachable;
        case ErrorKind::not_found:
        case ErrorKind::corrupt:
        case ErrorKind::busy:
        case ErrorKind::denied:
            break;
    }
    return kRefused;
}

int fail_usage(const std::string& message) {
    say(message);
    return kUsage;
}

int refuse(const CommandLine& line, model::Refusal refusal, std::int64_t detail,
           const model::Currency* currency) {
    const std::string sentence = currency == nullptr ? model::refusal_sentence(refusal, detail)
                                                     : model::refusal_sentence(refusal, detail, *currency);
    fmt::print(stderr, "tim: refused: {} ({})\n", sentence, model::refusal_name(refusal));
    if (line.options.json) {
        JsonLine json;
        json.add("refused", model::refusal_name(refusal)).add("sentence", sentence).add("detail", detail);
        print(json.text() + "\n");
    }
    return kRefused;
}

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
}

Result<model::Instant> Shop::read_time(const std::optional<std::string>& text) const {
    if (!text) return model::kNoInstant;
    return calendar.parse(*text);
}

int with_session(const CommandLine& line, const std::function<int(Session&)>& body, bool stays) {
    auto connect = connect_options(line.options);
    if (!connect) return fail(connect.error());
    auto session = Session::open(std::move(*connect), stays);
    if (!session) {
        const std::string& message = session.error().message;
        const bool names_it = message.find(line.options.server) != std::string::npos;
        say(names_it ? message : fmt::format("{}: {}", line.options.server, message));
        return kUnreachable;
    }
    return body(**session);
}

int with_shop(const CommandLine& line, const std::function<int(Shop&)>& body, bool stays) {
    const auto run = [&](Session& session) {
        auto program = session.pick_program(line.options.program);
        if (!program) return fail(program.error());
        const auto version = session.program(*program);
        if (!version) return fail(version.error());
        auto calendar = model::Calendar::load((*version)->program().time_zone);
        if (!calendar) return fail(calendar.error());
        Shop shop{session, std::move(*program), *version, std::move(*calendar)};
        return body(shop);
    };
    return with_session(line, run, stays);
}

}  // namespace tim::cli
