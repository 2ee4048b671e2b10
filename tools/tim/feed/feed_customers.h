#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "clients/cpp/client.h"
#include "engine/model/result.h"
#include "tools/tim/feed/feed_pause.h"
#include "tools/tim/feed/feed_row.h"

namespace tim::cli {

/// Finds the customers of a feed's rows, so that two keys of one customer are known as one, and enrols those
/// who are new, in the order of the file and one chunk after the other: the same feed gives the same ids.
/// Runs on the thread of the client's io_context.
class FeedCustomers {
  public:
    using Done = std::function<void(model::Result<void>)>;

    /// `enrolls`: whether every row's customer is to be enrolled, not only those of `enroll` rows. `pause` is
    /// kept to, and told of refusals for the moment.
    FeedCustomers(client::Client& client, std::string program, bool enrolls, FeedPause& pause)
        : client_(client), program_(std::move(program)), enrolls_(enrolls), pause_(pause) {}

    /// Gives every good row the id of its customer, where there is one, and answers `enroll` rows. `rows`
    /// stay until `done` was called, which may be at once. One call at a time.
    void resolve(std::span<FeedRow> rows, Done done);

    /// Goes on when a pause is over; to be called every now and then.
    void resume();

    std::uint64_t enrolled() const { return enrolled_; }

  private:
    /// Ids of keys that were met; forgotten all at once beyond this, which only costs questions.
    static constexpr std::size_t kMaxKnown = 4'000'000;
    static constexpr std::size_t kAskRows = 4'000;
    /// Small, so that the server takes or refuses a chunk as one.
    static constexpr std::size_t kEnrollRows = 256;

    /// A key that is not known yet, and the rows that name it.
    struct Stranger {
        std::string key;
        std::vector<std::size_t> rows;
        std::size_t next = 0;  // in `rows`: the one that may enrol the customer
        model::CustomerId id{};
    };

    void ask();
    void take_answers(const std::vector<std::size_t>& asked, const client::Outcomes& outcomes);
    void enroll();
    void take_enrollments(const std::vector<std::size_t>& strangers, const client::Outcomes& outcomes);
    bool may_enroll(const FeedRow& row) const;
    std::optional<std::size_t> find_enrolling_row(Stranger& stranger);
    void settle(Stranger& stranger);
    void finish(model::Result<void> result);

    client::Client& client_;
    std::string program_;
    bool enrolls_;
    FeedPause& pause_;
    absl::flat_hash_map<std::string, std::uint64_t> known_;
    std::uint64_t enrolled_ = 0;

    std::span<FeedRow> rows_;
    Done done_;
    std::vector<Stranger> strangers_;
    std::vector<std::size_t> to_ask_;  // strangers
    std::size_t asking_ = 0;           // batches under way
    bool waiting_ = false;             // for the end of a pause
    std::optional<model::Error> error_;
};

/// "the sentence (its_name)"; amounts of money in `currency`, where it is known.
std::string refusal_text(model::Refusal refusal, std::int64_t detail,
                         const model::Currency* currency = nullptr);

}  // namespace tim::cli
