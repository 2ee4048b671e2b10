#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "clients/cpp/options.h"
#include "engine/model/result.h"
#include "tools/tim/feed/feed_poster.h"

namespace tim::cli {

struct FeedOptions {
    client::ConnectOptions connect;
    std::string file;     ///< - is standard input
    std::string program;  ///< empty: the only one there is
    std::string rejects;  ///< empty: FILE.rejects.csv
    std::string queue;    ///< empty: none
    bool enroll = false;
    std::size_t connections = 2;
    std::int64_t give_up_s = 300;  ///< without an answer; 0: never
};

/// How a feed went. `error` is set when it ended early; the figures then tell what was done until then.
struct FeedResult {
    FeedSummary summary;
    std::uint64_t enrolled = 0;
    std::string rejects_path;        ///< empty when there are none
    std::string queue_rejects_path;  ///< with a queue: where rows that the server refused stand
    std::uint64_t left_in_queue = 0;
    std::optional<model::Error> error;
};

/// Posts a feed from its first to its last row. While the server is away it waits, tells so on stderr and
/// goes on when the server is back.
FeedResult run_feed(const FeedOptions& options);

}  // namespace tim::cli
