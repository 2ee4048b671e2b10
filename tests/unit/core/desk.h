#pragma once

#include <array>
#include <cstdlib>
#include <memory>
#include <utility>

#include "engine/core/decide.h"
#include "engine/model/program.h"

namespace tim::core::test {

inline constexpr model::ProgramId kProgram{3};
inline constexpr model::Subject kCustomer = model::Subject::customer(kProgram, {7});
inline constexpr model::Subject kNobody = model::Subject::of(model::SubjectKind::anonymous, kProgram, 0);
inline constexpr model::Instant kNow{1'705'291'200'000};  ///< 2024-01-15T11:00 in Hanoi
inline constexpr model::Month kJanuary{648};              ///< of 2024
inline constexpr model::Sequence kFirst{100};             ///< of the facts that a Desk takes down
inline constexpr model::Sequence kLast{40};               ///< of the record before them

/// 10,000 for a point, which is worth 1,000; Đồng, Bạc from 3,000,000, Vàng from 10,000,000 with a floor of
/// 100 points, and a level in between that is not in use.
inline model::Program program() {
    const auto tier = [](std::string id, std::int64_t min, std::int64_t keep_points, bool active = true) {
        model::Tier result;
        result.id = std::move(id);
        result.min = min;
        result.keep_points = {keep_points};
        result.active = active;
        return result;
    };
    model::Program result;
    result.id = "shop";
    result.currency = {"VND", 0};
    result.time_zone = "Asia/Ho_Chi_Minh";
    result.points.earn = {{10'000}, {1}};
    result.points.redeem = model::RedeemRate{{1}, {1'000}};
    result.tiers = {tier("dong", 0, 0), tier("bac", 3'000'000, 0), tier("asleep", 5'000'000, 9, false),
                    tier("vang", 10'000'000, 100)};
    return result;
}

inline std::unique_ptr<const Rules> compile(const model::Program& document, model::VersionId version = {1},
                                            model::Instant effective = model::kNoInstant) {
    auto rules = Rules::compile(std::make_shared<const model::Program>(document), version, effective);
    if (!rules) std::abort();
    return std::move(*rules);
}

/// What a decision is made with: the rules in force, the moment, and room for the facts.
struct Desk {
    explicit Desk(const model::Program& document = program())
        : rules(compile(document)),
          moment{kNow, kNow, {kNow.value + 5}, rules.get(), rules.get()},
          facts(room, kFirst) {}

    std::size_t count() const { return facts.facts().size(); }
    const model::Fact& fact(std::size_t index) const { return facts.facts()[index]; }

    std::unique_ptr<const Rules> rules;
    Moment moment;
    std::array<model::Fact, kMaxFactsPerCommand> room;
    FactWriter facts;
};

inline model::Command command(model::CommandKind kind, std::int64_t amount, std::int64_t points = 0) {
    model::Command result;
    result.kind = kind;
    result.name = model::Name::receipt({1}, "C1");
    result.amount = {amount};
    result.points = {points};
    return result;
}

}  // namespace tim::core::test
