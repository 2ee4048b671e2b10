#pragma once

#include <span>

#include "engine/core/invariant.h"
#include "engine/model/fact.h"

namespace tim::core {

/// The most facts that one command may lead to: what it settles of each of three parties (16 time-outs, with
/// what matured and expired in between, months and tiers, those by hand too: 53), and its transaction (the
/// sale, a fact for each of 64 campaigns and for each of their budgets, three for each of 8 vouchers that
/// they give, one for each of 62 expiries of what it spent, and some for the other parties). A transaction's
/// facts are counted in a byte.
inline constexpr std::size_t kMaxFactsPerCommand = 414;
inline constexpr std::size_t kMaxFactsPerTransaction = 255;

/// Takes down the facts of one command, in place: `room` is where they will stay, `first` the sequence of the
/// first. What is written counts only once the caller takes it; a refused command's facts are simply not
/// taken.
class FactWriter {
  public:
    FactWriter(std::span<model::Fact> room, model::Sequence first) : room_(room), first_(first) {}

    /// The sequence that the next fact gets.
    model::Sequence next() const { return {first_.value + size_}; }

    model::Fact& add(model::FactType type, model::Subject subject, model::Sequence previous) {
        TIM_INVARIANT(size_ < room_.size(), "a command's facts are bounded");
        model::Fact& fact = room_[size_++];
        fact = model::Fact{};
        fact.type = type;
        fact.subject = subject;
        fact.previous = previous;
        return fact;
    }

    /// Makes the facts since the last call one transaction.
    void end_transaction() {
        const std::size_t count = size_ - transaction_;
        TIM_INVARIANT(count <= kMaxFactsPerTransaction, "a transaction's facts are bounded");
        for (std::size_t i = 0; i < count; ++i) {
            room_[transaction_ + i].position = static_cast<std::uint8_t>(i);
            room_[transaction_ + i].count = static_cast<std::uint8_t>(count);
        }
        ended_ = transaction_;
        transaction_ = size_;
    }
    /// What is added next belongs to the transaction that ended last, which ends anew.
    void reopen_transaction() { transaction_ = ended_; }

    void clear() { size_ = transaction_ = ended_ = 0; }

    std::span<model::Fact> facts() const { return room_.first(size_); }
    /// Where the transaction that is being written began: its first fact is the one that the command's name
    /// leads to.
    std::size_t transaction_begin() const { return transaction_; }

  private:
    std::span<model::Fact> room_;
    model::Sequence first_;
    std::size_t size_ = 0;
    std::size_t transaction_ = 0;
    std::size_t ended_ = 0;
};

}  // namespace tim::core
