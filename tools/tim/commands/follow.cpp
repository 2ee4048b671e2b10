#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "tools/tim/change_line.h"
#include "tools/tim/command_line.h"
#include "tools/tim/patience.h"

namespace tim::cli {
namespace {

constexpr std::uint32_t kPageChanges = 1'000;
constexpr std::uint32_t kWaitMs = 10'000;

struct Options {
    std::optional<std::uint64_t> from;
    std::uint64_t count = 0;  ///< 0: without an end
    bool ends = false;
    std::int64_t give_up_s = 300;
};

/// Asks for page after page.
class Tail {
  public:
    Tail(const CommandLine& line, Shop& shop, const Options& options)
        : line_(line), shop_(shop), options_(options), client_(shop.session.client().async()) {}

    int run() {
        model::Sequence after{};
        if (options_.from) {
            after.value = *options_.from == 0 ? 0 : *options_.from - 1;
        } else {
            const auto end = shop_.session.client().changes(shop_.program, {}, 1);
            if (!end) return fail(end.error());
            after = end->last;
        }
        for (;;) {
            const auto page = next(after);
            if (!page) return fail(page.error());
            if (const auto told = tell(*page); !told) return fail(told.error());
            if (done_) return kDone;
            after = page->through;
            if (options_.ends && after >= page->last) return kDone;
        }
    }

  private:
    model::Result<client::ChangesPage> next(model::Sequence after) {
        auto answer = patience_.begin<client::ChangesPage>([&](auto done) {
            return client_.changes(shop_.program, after, kPageChanges, options_.ends ? 0 : kWaitMs, done);
        });
        if (!answer) return tl::unexpected(answer.error());
        return patience_.wait(*answer);
    }

    model::Result<void> tell(const client::ChangesPage& page) {
        std::string text;
        for (const client::Change& change : page.changes) {
            const auto version = shop_.session.program(shop_.program, change.fact.version);
            if (!version) return tl::unexpected(version.error());
            text += line_.options.json ? change_json(change, **version, shop_.calendar)
                                       : change_text(change, **version, shop_.calendar);
            text += '\n';
            if (++told_ == options_.count) {
                done_ = true;
                break;
            }
        }
        print(text);
        if (std::fflush(stdout) != 0) done_ = true;  // whoever read has gone
        return {};
    }

    const CommandLine& line_;
    Shop& shop_;
    const Options& options_;
    client::Client& client_;
    Patience patience_{client_, options_.give_up_s};
    std::uint64_t told_ = 0;
    bool done_ = false;
};

}  // namespace

void add_follow_command(CLI::App& app, CommandLine& line) {
    auto options = std::make_shared<Options>();
    CLI::App* tails =
        app.add_subcommand("tail", "Follow everything that happens in a program, one line for each fact");
    tails->add_option(
        "--from", options->from,
        "The first sequence to tell; 0 or 1: from the beginning (default: what comes from now on)");
    tails->add_option("--count", options->count, "End after so many facts; 0: never")->capture_default_str();
    tails->add_flag("--until-end", options->ends, "End where the ledger ends, instead of waiting for more");
    tails
        ->add_option("--give-up-s", options->give_up_s,
                     "Seconds without a server after which to give up; 0: never")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    tails->footer(
        "With --json one object a line; docs/following.md lists its members and how to fold them. Only what "
        "is on the\n"
        "server's disk is told: a line never has to be taken back. While the server is away tail waits, and "
        "goes on without\n"
        "a gap and without a repeat; whoever starts anew names the last line's sequence + 1. A key of role "
        "checkout is not\n"
        "told who people are.\n"
        "Examples:\n"
        "  tim --json tail --from 1 > changes.jsonl\n"
        "  tim --json tail --from 104417 --until-end");
    tails->callback([&line, options] {
        line.run = [&line, options] {
            return with_shop(
                line, [&](Shop& shop) { return Tail(line, shop, *options).run(); }, true);
        };
    });
}

}  // namespace tim::cli
