#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/commands.h"
#include "tests/support/naive_model.h"
#include "tests/support/random.h"

namespace tim::tests {

/// Makes commands that a shop could send, and some that it should not: names that were used, customers that
/// nobody knows, amounts beyond what is left, times out of range. It looks at the model to find receipts and
/// holds that exist.
class CommandGenerator {
  public:
    CommandGenerator(runtime::TimeSource time, const NaiveModel& model, Choices& choices)
        : time_(time), model_(model), choices_(choices) {}

    /// The programs to begin with: both lifetime criteria, both ways below zero, floors, a tier that is not
    /// active, and one whose tiers are found in a random way.
    static std::vector<model::Program> programs(Choices& choices);
    /// Gives a program any criterion, policy and review that go together, own criteria of tiers, bonuses,
    /// multipliers.
    static void choose_tiering(model::Program& program, Choices& choices);
    static void choose_dates(model::PointsRules& points, Choices& choices);

    /// Gives a program a network and referrals, and a tier that makes VIPs.
    static void choose_network(model::Program& program, Choices& choices);

    /// Gives a program campaigns of any kind that run around `now`, and its tiers discounts. Campaigns of the
    /// same id in several versions share their budget and limits.
    static void choose_campaigns(model::Program& program, std::int64_t now, Choices& choices);
    static void choose_classes(model::Program& program, Choices& choices);

    /// Gives a program three rewards, "r0" to "r2" (a gift), of which some are few, and its tiers discounts.
    static void choose_rewards(model::Program& program, std::int64_t now, Choices& choices);

    OwnedCommand next(model::Instant clock);
    /// A sale that mostly will be accepted, now or late.
    OwnedCommand some_sale(model::ProgramId program, model::Instant clock);
    /// Returns, or a void, that leave nothing of a sale.
    std::vector<OwnedCommand> give_all_back(const NaiveModel::Accepted& sale);

    /// Remembers the name of a refused command: it is free, and is tried again.
    void refused(const OwnedCommand& command);

  private:
    OwnedCommand fresh(model::ProgramId program, model::Instant clock);
    OwnedCommand enroll(model::ProgramId program);
    OwnedCommand sale(model::ProgramId program);
    OwnedCommand order(model::ProgramId program);
    OwnedCommand reward(model::ProgramId program);
    OwnedCommand voucher_act(model::ProgramId program, const std::string& code);
    /// A voucher's code that was issued, or none that ever was.
    std::string voucher(model::ProgramId program);
    OwnedCommand with_some_voucher(OwnedCommand command, std::uint64_t percent);
    OwnedCommand with_goods(OwnedCommand sale);
    OwnedCommand give_back(model::ProgramId program);
    OwnedCommand give_back_goods(const NaiveModel::Accepted& sale, const model::Name& original);
    OwnedCommand end_hold(model::ProgramId program);
    OwnedCommand spend(model::ProgramId program, model::Instant clock);
    OwnedCommand adjust(model::ProgramId program, model::Instant clock);
    OwnedCommand network(model::ProgramId program, model::Instant clock);
    // generator_people.cpp
    OwnedCommand person(model::ProgramId program);
    /// A key as newcomers have it, of anybody.
    Who some_key(model::ProgramId program);

    // generator_classes.cpp
    OwnedCommand classify(model::ProgramId program);
    model::ClassifyTerms class_terms();
    OwnedCommand care(model::ProgramId program, model::Instant clock);

    OwnedCommand override_tier(model::ProgramId program, model::Instant clock);
    OwnedCommand new_version(model::ProgramId program, model::Instant clock);
    OwnedCommand again(model::Instant clock);

    void set_time(OwnedCommand& command, model::Instant clock);
    Who customer(model::ProgramId program);
    /// A code that was issued, or none that ever was.
    std::string code(model::ProgramId program);
    std::int64_t amount(model::ProgramId program);
    std::int64_t some_points(model::ProgramId program, const Who& who, model::Instant clock);
    model::Name next_receipt();
    model::Name next_request();
    const NaiveModel::Accepted* some_accepted(model::ProgramId program, model::CommandKind kind);

    runtime::TimeSource time_;
    const NaiveModel& model_;
    Choices& choices_;
    std::uint64_t next_number_ = 1;
    std::optional<std::pair<model::ProgramId, std::string>> reserved_;  ///< the voucher of the last act
    std::vector<model::Name> free_receipts_;
};

}  // namespace tim::tests
