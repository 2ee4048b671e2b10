#include "tools/tim/feed/feed_customers.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/model/refusal.h"
#include "tools/tim/feed/feed_commands.h"

namespace tim::cli {
namespace {

std::string map_key(const FeedRow& row) {
    std::string key(1, static_cast<char>(row.customer_kind));
    key += row.customer;
    return key;
}

model::Error not_admitted(const client::Client& client) {
    if (auto error = client.last_error()) return *error;
    return {model::ErrorKind::unavailable, "the connection has ended"};
}

}  // namespace

std::string refusal_text(model::Refusal refusal, std::int64_t detail, const model::Currency* currency) {
    const std::string sentence = currency == nullptr ? model::refusal_sentence(refusal, detail)
                                                     : model::refusal_sentence(refusal, detail, *currency);
    return fmt::format("{} ({})", sentence, model::refusal_name(refusal));
}

void FeedCustomers::resolve(std::span<FeedRow> rows, Done done) {
    rows_ = rows;
    done_ = std::move(done);
    strangers_.clear();
    to_ask_.clear();
    error_.reset();
    if (known_.size() > kMaxKnown) known_.clear();

    absl::flat_hash_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        FeedRow& row = rows[i];
        if (!row.good() || row.customer_kind == model::KeyKind::none ||
            row.customer_kind == model::KeyKind::id)
            continue;
        std::string key = map_key(row);
        if (const auto found = known_.find(key); found != known_.end()) {
            row.customer_id = {found->second};
            if (row.kind == FeedKind::enroll) row.answer = FeedAnswer::duplicate;
            continue;
        }
        const auto [place, fresh] = places.try_emplace(key, strangers_.size());
        if (fresh) {
            strangers_.push_back({std::move(key), {}, 0, {}});
            to_ask_.push_back(place->second);
        }
        strangers_[place->second].rows.push_back(i);
    }
    ask();
}

void FeedCustomers::ask() {
    if (to_ask_.empty()) return enroll();
    std::vector<model::Command> commands;
    const auto strangers = std::exchange(to_ask_, {});
    asking_ = 1;  // until all batches are on their way
    for (std::size_t first = 0; first < strangers.size(); first += kAskRows) {
        const std::size_t count = std::min(kAskRows, strangers.size() - first);
        commands.clear();
        std::vector<std::size_t> asked(strangers.begin() + static_cast<std::ptrdiff_t>(first),
                                       strangers.begin() + static_cast<std::ptrdiff_t>(first + count));
        for (const std::size_t stranger : asked) {
            model::Command command;
            command.kind = model::CommandKind::balance;
            command.customer = customer_of(rows_[strangers_[stranger].rows.front()]);
            commands.push_back(command);
        }
        ++asking_;
        const auto admission = client_.commands(
            program_, commands, [this, asked = std::move(asked)](model::Result<client::Outcomes> outcomes) {
                if (!outcomes)
                    error_ = outcomes.error();
                else
                    take_answers(asked, *outcomes);
                if (--asking_ == 0) enroll();
            });
        if (admission == client::Admission::accepted) continue;
        --asking_;
        error_ = not_admitted(client_);
    }
    if (--asking_ == 0) enroll();
}

void FeedCustomers::take_answers(const std::vector<std::size_t>& asked, const client::Outcomes& outcomes) {
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const model::Outcome& outcome = outcomes[i];
        Stranger& stranger = strangers_[asked[i]];
        if (model::is_transient(outcome.refusal)) {
            pause_.refused(outcome.refusal, outcome.detail, FeedPause::Clock::now());
            to_ask_.push_back(asked[i]);
        } else if (outcome.refusal == model::Refusal::none) {
            stranger.id = outcome.customer;
        } else if (outcome.refusal != model::Refusal::unknown_customer) {
            error_ = model::Error{model::ErrorKind::denied, refusal_text(outcome.refusal, outcome.detail)};
        }
    }
}

bool FeedCustomers::may_enroll(const FeedRow& row) const {
    if (!row.good() || row.answer != FeedAnswer::none) return false;
    return row.kind == FeedKind::enroll || (enrolls_ && row.kind != FeedKind::voided);
}

/// The stranger's next row that enrols; rows before it come too early to have a customer.
std::optional<std::size_t> FeedCustomers::find_enrolling_row(Stranger& stranger) {
    const auto from = stranger.rows.begin() + static_cast<std::ptrdiff_t>(stranger.next);
    const auto found =
        std::find_if(from, stranger.rows.end(), [this](std::size_t row) { return may_enroll(rows_[row]); });
    if (found == stranger.rows.end()) return std::nullopt;
    for (auto row = from; row != found; ++row)
        if (rows_[*row].good() && rows_[*row].kind != FeedKind::voided)
            rows_[*row].fault = refusal_text(model::Refusal::unknown_customer, 0);
    stranger.next = static_cast<std::size_t>(found - stranger.rows.begin());
    return *found;
}

void FeedCustomers::enroll() {
    if (error_) return finish(tl::unexpected(*error_));
    waiting_ = !pause_.over(FeedPause::Clock::now());
    if (waiting_) return;
    if (!to_ask_.empty()) return ask();
    std::vector<std::pair<std::size_t, std::size_t>> candidates;  // row, stranger
    for (std::size_t i = 0; i < strangers_.size(); ++i) {
        if (strangers_[i].id.value != 0) continue;
        if (const auto row = find_enrolling_row(strangers_[i])) candidates.emplace_back(*row, i);
    }
    if (candidates.empty()) return finish({});
    std::sort(candidates.begin(), candidates.end());
    candidates.resize(std::min(candidates.size(), kEnrollRows));

    std::vector<model::Enrollment> enrollments(candidates.size());
    std::vector<model::Command> commands;
    std::vector<std::size_t> strangers;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
        const FeedRow& row = rows_[candidates[i].first];
        enrollments[i] = enrollment_of(row);
        model::Command command;
        command.kind = model::CommandKind::enroll;
        command.name = enrollment_name(program_, row);
        command.at = row.at;
        command.enrollment = &enrollments[i];
        commands.push_back(command);
        strangers.push_back(candidates[i].second);
    }
    const auto admission =
        client_.enroll(program_, commands,
                       [this, strangers = std::move(strangers)](model::Result<client::Outcomes> outcomes) {
                           if (!outcomes) return finish(tl::unexpected(outcomes.error()));
                           take_enrollments(strangers, *outcomes);
                           enroll();
                       });
    if (admission != client::Admission::accepted) finish(tl::unexpected(not_admitted(client_)));
}

void FeedCustomers::resume() {
    if (waiting_) enroll();
}

void FeedCustomers::take_enrollments(const std::vector<std::size_t>& strangers,
                                     const client::Outcomes& outcomes) {
    for (std::size_t i = 0; i < strangers.size(); ++i) {
        const model::Outcome& outcome = outcomes[i];
        Stranger& stranger = strangers_[strangers[i]];
        FeedRow& row = rows_[stranger.rows[stranger.next]];
        if (model::is_transient(outcome.refusal)) {
            pause_.refused(outcome.refusal, outcome.detail, FeedPause::Clock::now());
            continue;
        }
        pause_.taken();
        if (outcome.refusal == model::Refusal::none) {
            stranger.id = outcome.customer;
            if (!outcome.duplicate) ++enrolled_;
            if (row.kind == FeedKind::enroll)
                row.answer = outcome.duplicate ? FeedAnswer::duplicate : FeedAnswer::accepted;
        } else if (outcome.refusal == model::Refusal::key_taken) {
            to_ask_.push_back(strangers[i]);  // enrolled by another since we asked
        } else {
            row.fault = refusal_text(outcome.refusal, outcome.detail);
            if (row.kind != FeedKind::enroll) row.fault = "the customer cannot be enrolled: " + row.fault;
            ++stranger.next;
        }
    }
}

void FeedCustomers::settle(Stranger& stranger) {
    if (stranger.id.value == 0) return;
    for (const std::size_t index : stranger.rows) {
        FeedRow& row = rows_[index];
        row.customer_id = stranger.id;
        // It was there when we asked, or an earlier row has enrolled it.
        if (row.kind == FeedKind::enroll && row.good() && row.answer == FeedAnswer::none)
            row.answer = FeedAnswer::duplicate;
    }
    known_.emplace(std::move(stranger.key), stranger.id.value);
}

void FeedCustomers::finish(model::Result<void> result) {
    if (result)
        for (Stranger& stranger : strangers_)
            settle(stranger);
    std::exchange(done_, {})(std::move(result));
}

}  // namespace tim::cli
