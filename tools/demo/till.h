#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/client.h"
#include "engine/model/command.h"
#include "tools/demo/morning.h"
#include "tools/demo/tally.h"

namespace asio {
class io_context;
}

namespace tim::demo {

/// One POS terminal with a connection of its own. Most of what it posts are sales; a few are what real tills
/// post too: returns, voids, sales without a customer, the same receipt again, and mistakes that the server
/// refuses.
///
/// Thread safety: none; everything happens on the thread that runs the io_context.
class Till {
  public:
    /// `on_failure` is called when the server can no longer be asked.
    Till(asio::io_context& io, client::ClientOptions options, const Morning& morning,
         model::TerminalId terminal, std::uint64_t seed, std::function<void(const model::Error&)> on_failure);

    void open();
    bool done() const { return posted_ == morning_.rows_per_till && in_flight_ == 0; }
    std::uint64_t posted() const { return posted_; }
    const Tally& tally() const { return tally_; }

  private:
    /// A sale that the till remembers, to take it back or to post it again.
    struct Receipt {
        model::Name name;
        std::uint64_t customer = 0;
        model::Money amount{};
        model::Instant at{};
    };
    /// A row as it is posted. `phone` is empty for none.
    struct Row {
        model::Command command;
        std::string phone;
        std::uint64_t customer = 0;
        bool repeat = false;
    };

    void post_more();
    Row make_row();
    Row make_sale();
    Row make_sale_again(const Receipt& receipt) const;
    Row make_return(const Receipt& receipt);
    Row make_void(const Receipt& receipt);
    model::Name next_name();
    void take_answer(const Row& row, const model::Outcome& outcome);
    void remember(const Row& row);

    const Morning& morning_;
    model::TerminalId terminal_;
    Dice dice_;
    std::function<void(const model::Error&)> on_failure_;
    Tally tally_;
    std::vector<Receipt> receipts_;
    std::uint64_t posted_ = 0;
    std::uint64_t in_flight_ = 0;
    model::Instant now_{};
    client::Client client_;  // last: what is unanswered when it goes calls back
};

}  // namespace tim::demo
