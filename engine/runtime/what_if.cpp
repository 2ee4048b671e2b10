#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/core/apply.h"
#include "engine/core/settle.h"
#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::CustomerId;
using model::ErrorKind;
using model::failure;
using model::Instant;
using model::Points;

namespace {

__extension__ using Wide = __int128;

tl::unexpected<model::Error> ended_early() {
    return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
}

std::int64_t narrow(Wide value) {
    return value > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(value);
}

/// Counts by the tier before and the tier after.
class Matrix {
  public:
    void add(std::uint8_t before, std::uint8_t after) { ++counts_[before][after]; }
    std::vector<TierMove> moves() const {
        std::vector<TierMove> moves;
        for (std::size_t before = 0; before < counts_.size(); ++before)
            for (std::size_t after = 0; after < counts_.size(); ++after)
                if (counts_[before][after] != 0)
                    moves.push_back({counts_[before][after], static_cast<std::uint8_t>(before),
                                     static_cast<std::uint8_t>(after)});
        return moves;
    }

  private:
    std::array<std::array<std::uint64_t, model::kMaxTiers>, model::kMaxTiers> counts_{};
};

struct Sums {
    Wide points = 0;
    Wide spendable_before = 0;
    Wide spendable_after = 0;
};

/// What points are worth at a checkout; 0 without a rate.
model::Money worth(Wide points, const model::Program& program) {
    const auto& rate = program.points.redeem;
    if (!rate) return {};
    return {narrow(points / rate->points.value * rate->value.value +
                   points % rate->points.value * rate->value.value / rate->points.value)};
}

/// Whether two versions call a customer's tier differently.
bool moves(const core::Rules& before, std::uint8_t tier_before, const core::Rules& after,
           std::uint8_t tier_after) {
    return before.program().tiers[tier_before].id != after.program().tiers[tier_after].id;
}

}  // namespace

Result<WhatIf> EngineImpl::what_if(model::ProgramId id, const model::Program& change,
                                   const WhatIfQuery& query) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    if (const auto faults = model::validate(change); !faults.empty())
        return failure(ErrorKind::invalid, model::describe(faults));
    const core::Rules& newest = program->newest();
    const model::Program& document = newest.program();
    if (change.id != document.id)
        return failure(ErrorKind::invalid,
                       fmt::format("the change is of program \"{}\", not of \"{}\"", change.id, document.id));
    if (change.currency != document.currency || change.time_zone != document.time_zone)
        return failure(ErrorKind::invalid, model::refusal_sentence(model::Refusal::currency_fixed, 0));
    if (!core::rewards_fit(change, *newest.reward_numbers()))
        return failure(ErrorKind::invalid,
                       model::refusal_sentence(model::Refusal::too_many_rewards, core::kMaxRewardNumbers));
    if (!core::fits(change, *newest.campaigns().numbers()))
        return failure(ErrorKind::invalid, model::refusal_sentence(model::Refusal::too_many_campaigns,
                                                                   core::kMaxCampaignNumbers));
    const Instant soonest = std::max(now_of(*program, clock_.now()), newest.effective());
    const Instant effective = query.at == model::kNoInstant ? soonest : query.at;
    if (query.limit == 0 && effective < soonest)
        return failure(ErrorKind::invalid,
                       "a change cannot hold from before now, or before the newest version");
    const auto rules =
        core::Rules::compile(std::make_shared<const model::Program>(change),
                             {static_cast<std::uint16_t>(newest.version().value + 1)}, effective, &newest);
    if (!rules) return tl::unexpected(rules.error());
    const core::Rules& after = **rules;

    WhatIf answer;
    answer.version = newest.version();
    answer.effective = effective;
    Matrix matrix;
    Sums sums;
    std::vector<model::Sequence> profiles;
    const bool lists = query.limit > 0;
    const auto look = [&](CustomerId customer, const core::CustomerRecord& record,
                          const core::CustomerRecord& then) {
        const bool blocked = (record.flags & core::kRecordBlocked) != 0;
        const Points spendable_before =
            blocked ? Points{} : core::spendable(record.points, record.held, newest.keep_points(record.tier));
        const Points spendable_after =
            blocked ? Points{} : core::spendable(then.points, then.held, after.keep_points(then.tier));
        ++answer.customers;
        matrix.add(record.tier, then.tier);
        sums.points += std::max<std::int64_t>(record.points.value, 0);
        sums.spendable_before += spendable_before.value;
        sums.spendable_after += spendable_after.value;
        if (!lists || answer.rows.size() == query.limit || !moves(newest, record.tier, after, then.tier))
            return;
        answer.rows.push_back(
            {customer, {}, record.tier, then.tier, record.points, spendable_before, spendable_after});
        profiles.push_back(record.profile);
    };

    // Copies of one block after another: nobody waits for longer than a copy takes.
    model::Sequence last{};
    std::vector<core::CustomerRecord> block;
    std::vector<std::pair<std::size_t, core::CustomerRecord>> by_hand;  // of the block, under the change
    const std::uint64_t count = program->customers.count();
    for (std::uint64_t next = query.after.value + 1; next <= count;) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        const std::uint64_t first = next;
        const std::uint64_t end =
            std::min(count, (first / core::kRecordsPerBlock + 1) * core::kRecordsPerBlock - 1);
        block.clear();
        by_hand.clear();
        {
            const StripeLocks::Guard stripe(stripes_, stripe_bit({first}));
            for (; next <= end; ++next) {
                if ((program->customers.at(next).flags & core::kRecordHasOverrides) != 0)
                    by_hand.emplace_back(block.size(),
                                         settled_customer(*program, {next}, effective, after).record);
                block.push_back(settled_customer(*program, {next}, effective, newest).record);
            }
        }
        auto given = by_hand.begin();
        for (std::size_t i = 0; i < block.size(); ++i) {
            last = std::max(last, block[i].last.get());
            if (given != by_hand.end() && given->first == i)
                look({first + i}, block[i], (given++)->second);
            else
                look({first + i}, block[i],
                     core::settled(block[i], nullptr, nullptr, nullptr, effective, after).record);
        }
        if (lists && answer.rows.size() == query.limit) break;
    }
    if (!wait_durable(last)) return failure(ErrorKind::io, "a commit failed");
    if (lists && answer.rows.size() == query.limit) answer.next = answer.rows.back().id;
    for (std::size_t i = 0; i < answer.rows.size(); ++i) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        CustomerView view;
        view.id = answer.rows[i].id;
        if (auto added = add_profile(*program, profiles[i], view); !added)
            return tl::unexpected(added.error());
        answer.rows[i].keys = std::move(view.keys);
    }
    answer.moves = matrix.moves();
    answer.points = {narrow(sums.points)};
    answer.spendable_before = {narrow(sums.spendable_before)};
    answer.spendable_after = {narrow(sums.spendable_after)};
    answer.value_before = worth(sums.points, document);
    answer.value_after = worth(sums.points, change);
    return answer;
}

std::uint64_t EngineImpl::recompute_some(core::ProgramState& program, std::uint64_t next,
                                         RecomputeReport& report, core::Judgement& judgement) {
    const storage::MutexLock sequencer(sequencer_);
    core::Moment moment;
    judgement = moment_of(program, model::kNoInstant, clock_.now(), moment);
    const std::uint64_t count = program.customers.count();
    const core::Rules& rules = *moment.current;
    report.version = rules.version();
    for (std::size_t looks = 0; judgement.accepted() && looks < kSweepCustomers && next <= count; ++looks) {
        const CustomerId customer{next};
        const StripeLocks::Guard stripe(stripes_, stripe_bit(customer));
        const core::CustomerRecord& record = program.customers.at(customer.value);
        if (core::needs_recompute(record, rules, moment.now) || has_due(program, customer, moment.now)) {
            judgement = admission(1, 0);
            if (!judgement.accepted()) break;
            core::FactWriter facts = buffer_.writer();
            settle_customer(program, customer, moment, facts);
            if (facts.facts().empty())
                core::recompute_tiers(record, model::Subject::customer(program.id(), customer), moment,
                                      facts);
            if (!facts.facts().empty()) {
                const std::uint8_t before = facts.facts().front().tier_before;
                const std::uint8_t after = facts.facts().back().tier_after;
                accept(facts, 0);
                ++report.recorded;
                if (before != after) report.moves.push_back({1, before, after});
            }
        }
        ++report.customers;
        ++next;
    }
    publish_executed();
    return next;
}

Result<RecomputeReport> EngineImpl::recompute(
    model::ProgramId id, const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    RecomputeReport report;
    Matrix matrix;
    for (std::uint64_t next = 1; next <= program->customers.count();) {
        if (options_.stop_queries.stop_requested()) return ended_early();
        core::Judgement judgement;
        next = recompute_some(*program, next, report, judgement);
        for (const TierMove& move : report.moves)
            matrix.add(move.before, move.after);
        report.moves.clear();
        flush();
        if (!judgement.accepted()) {
            const bool full = judgement.refusal == model::Refusal::disk_full;
            if (judgement.refusal == model::Refusal::overloaded && wait_durable({executed_.load()})) continue;
            return failure(full ? ErrorKind::full : ErrorKind::unavailable,
                           fmt::format("{}; {} of {} customers were looked at",
                                       model::refusal_sentence(judgement.refusal, judgement.detail),
                                       report.customers, program->customers.count()));
        }
        if (progress) progress(report.customers, program->customers.count());
    }
    if (!wait_durable({executed_.load()})) return failure(ErrorKind::io, "a commit failed");
    report.moves = matrix.moves();
    return report;
}

}  // namespace tim::runtime
