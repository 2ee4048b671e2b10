// The POS client: sells whether the server is there or not. Stop the server, run it, start the server, run it
// again without sales (0): what was sold meanwhile is posted.
//
//     tim_example_till 127.0.0.1:7400 tim-data/admin.key nhanh ./till-queue FIRST-RECEIPT COUNT

#include <cstdio>
#include <cstdlib>
#include <string>

#include "clients/cpp/pos.h"

int main(int argc, char** argv) {
    using namespace tim;
    if (argc != 7) {
        std::fprintf(stderr, "usage: %s HOST:PORT KEY-FILE PROGRAM QUEUE-FOLDER FIRST-RECEIPT COUNT\n",
                     argv[0]);
        return 2;
    }
    auto connect = client::connect_options(argv[1], argv[2]);
    if (!connect) {
        std::fprintf(stderr, "%s\n", connect.error().message.c_str());
        return 3;
    }
    client::PosOptions options;
    options.poster.client.connect = std::move(*connect);
    options.program = argv[3];
    options.queue.folder = argv[4];
    options.terminal = {1};
    options.callbacks.on_rejected = [](const client::QueuedEntry& entry, std::string_view,
                                       std::string_view reason) {
        std::fprintf(stderr, "%s refused: %.*s\n", model::format_name(entry.row.name).c_str(),
                     static_cast<int>(reason.size()), reason.data());
    };
    options.callbacks.on_trouble = [](const model::Error& error) {
        std::fprintf(stderr, "waiting: %s\n", error.message.c_str());
    };
    auto till = client::PosClient::open(std::move(options));
    if (!till) {
        std::fprintf(stderr, "%s\n", till.error().message.c_str());
        return 1;
    }

    const long first = std::strtol(argv[5], nullptr, 10);
    const long count = std::strtol(argv[6], nullptr, 10);
    for (long i = 0; i < count; ++i) {
        const auto sold = (*till)->sell("T" + std::to_string(first + i),
                                        *model::parse_customer("phone:+84901234567"), {120'000});
        if (!sold) {
            std::fprintf(stderr, "%s\n", sold.error().message.c_str());
            return 1;
        }
    }
    (*till)->wait_until_drained(5'000);
    const auto status = (*till)->status();
    std::printf("posted or refused %llu, waiting %llu, refused so far %llu (%s)\n",
                static_cast<unsigned long long>(status.acknowledged),
                static_cast<unsigned long long>(status.waiting()),
                static_cast<unsigned long long>(status.rejected), (*till)->rejects_path().c_str());
    return status.waiting() == 0 ? 0 : 4;
}
