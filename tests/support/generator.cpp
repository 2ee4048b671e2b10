#include "tests/support/generator.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/support/seams.h"

namespace tim::tests {

using model::CommandKind;
using model::Instant;
using model::kNoInstant;
using model::Name;
using model::ProgramId;

namespace {

constexpr std::uint64_t kMostCustomers = 6;

model::Tier tier(std::string id, std::int64_t min, std::int64_t keep_points = 0, bool active = true) {
    model::Tier result;
    result.id = id;
    result.name = std::move(id);
    result.min = min;
    result.keep_points.value = keep_points;
    result.active = active;
    return result;
}

}  // namespace

void CommandGenerator::choose_tiering(model::Program& program, Choices& choices) {
    using model::Criterion;
    using model::Downgrade;
    using model::Review;
    constexpr Criterion immediate[] = {Criterion::lifetime_spend, Criterion::lifetime_ranking_points,
                                       Criterion::month_spend, Criterion::monthly_average_spend};
    constexpr Criterion reviewed[] = {Criterion::lifetime_spend, Criterion::lifetime_ranking_points,
                                      Criterion::monthly_average_spend, Criterion::period_spend,
                                      Criterion::period_ranking_points};
    model::Tiering& tiering = program.tiering;
    const std::uint64_t dice = choices.below(10);
    tiering.downgrade = dice < 5 ? Downgrade::at_review : dice < 8 ? Downgrade::immediate : Downgrade::never;
    const bool at_review = tiering.downgrade == Downgrade::at_review;
    tiering.review = at_review ? static_cast<Review>(choices.between(1, 3)) : Review::never;
    const auto any = [&] {
        return at_review ? reviewed[choices.below(std::size(reviewed))]
                         : immediate[choices.below(std::size(immediate))];
    };
    tiering.criterion = any();
    tiering.start = choices.chance(20) ? model::Start::zero : model::Start::current;
    const bool bonuses = choices.chance(60);
    const bool own = choices.chance(25);
    constexpr std::int64_t spend_mins[] = {0, 1'000'000, 3'000'000, 8'000'000};
    constexpr std::int64_t point_mins[] = {0, 100, 300, 800};
    program.tiers.clear();
    for (std::size_t i = 0; i < std::size(spend_mins); ++i) {
        model::Tier next = tier(fmt::format("t{}", i), 0, static_cast<std::int64_t>(i) * 5);
        if (own && i > 0 && choices.chance(50)) next.criterion = any();
        const auto criterion = next.criterion.value_or(tiering.criterion);
        next.min = (model::is_money(criterion) ? spend_mins[i] : point_mins[i]) * choices.between(1, 2);
        if (i > 0 && program.criterion_of(program.tiers.back()) == criterion)
            next.min = std::max(next.min, program.tiers.back().min + 1);
        if (bonuses && i > 0) next.upgrade_bonus.value = choices.between(0, 60);
        if (choices.chance(30)) next.multiplier_bp = static_cast<std::int32_t>(choices.between(0, 30'000));
        if (i > 0 && choices.chance(10)) next.active = false;
        program.tiers.push_back(std::move(next));
    }
    // Of figures of one criterion the minimums ascend, whatever stands between them.
    for (std::size_t i = 1; i < program.tiers.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (program.criterion_of(program.tiers[i]) == program.criterion_of(program.tiers[j]))
                program.tiers[i].min = std::max(program.tiers[i].min, program.tiers[j].min + 1);
    if (!model::validate(program).empty()) tiering.start = model::Start::current;
}

/// Until when points last, and from when: short enough that both happen within a run.
void CommandGenerator::choose_dates(model::PointsRules& points, Choices& choices) {
    using model::ExpiryPolicy;
    points.expiry = {};
    points.pending_days = 0;
    const std::uint64_t dice = choices.below(10);
    if (dice < 4) points.expiry = {ExpiryPolicy::months, static_cast<std::int32_t>(choices.between(1, 8)), 0};
    if (dice == 4)
        points.expiry = {ExpiryPolicy::year_end, 0, static_cast<std::int32_t>(choices.between(0, 2))};
    if (choices.chance(50))
        points.pending_days = static_cast<std::int32_t>(choices.between(1, choices.chance(80) ? 5 : 60));
}

void CommandGenerator::choose_network(model::Program& program, Choices& choices) {
    for (std::size_t i = 1; i < program.tiers.size(); ++i)
        program.tiers[i].makes_vip = i + 1 == program.tiers.size() || choices.chance(20);
    model::Network network;
    if (choices.chance(85))
        network.upline_earn =
            model::UplineEarn{{{choices.between(1, 30'000)}, {choices.between(1, 3)}}, choices.chance(70)};
    constexpr std::int32_t days[] = {0, 1, 7, 7, 40, 90};
    network.pending_days = days[choices.below(std::size(days))];
    network.commission = {{0, static_cast<std::int32_t>(choices.between(0, 900))},
                          {1, static_cast<std::int32_t>(choices.between(0, 3'000))},
                          {3, 10'000}};
    network.payout.mode = choices.chance(50) ? model::PayoutMode::monthly : model::PayoutMode::manual;
    if (choices.chance(50)) network.payout.min_amount.value = choices.between(0, 200'000);
    network.enabled = choices.chance(95);
    program.network = network;
    model::Referral referral;
    referral.code_days = static_cast<std::int32_t>(choices.between(0, 40));
    referral.referrer = {{choices.between(0, 80)}, choices.chance(70)};
    referral.referee = {{choices.between(0, 80)}, choices.chance(70)};
    if (choices.chance(40)) referral.cap_per_month = static_cast<std::int32_t>(choices.between(1, 2));
    if (choices.chance(40)) referral.min_amount.value = choices.between(0, 200'000);
    referral.enabled = choices.chance(95);
    program.referral = referral;
}

std::vector<model::Program> CommandGenerator::programs(Choices& choices) {
    model::Program points = nhanh_program("by-points");
    points.currency = {"GBP", 2};
    points.time_zone = "Europe/London";
    points.points.earn = {{100}, {3}};
    points.points.redeem = model::RedeemRate{{100}, {33}};
    points.points.below_zero = model::BelowZero::clamp;
    points.points.return_days = 20;
    points.tiering.criterion = model::Criterion::lifetime_ranking_points;
    points.tiers = {tier("base", 0), tier("silver", 300, 5), tier("asleep", 600, 1'000, false),
                    tier("gold", 900, 50)};

    model::Program plain = nhanh_program("plain");
    plain.points.earn = {{1}, {1}};
    plain.points.redeem.reset();
    plain.points.late_days = 3;
    plain.tiers = {tier("all", 0, 7)};
    model::Program tiered = nhanh_program("tiered");
    tiered.points.late_days = 400;
    tiered.points.return_days = 800;
    if (choices.chance(30)) tiered.points.below_zero = model::BelowZero::clamp;
    choose_tiering(tiered, choices);
    if (choices.chance(70)) choose_dates(tiered.points, choices);
    if (choices.chance(50)) choose_dates(points.points, choices);
    model::Program network = lan_toa_program("network");
    network.points.late_days = 400;
    network.points.return_days = 800;
    if (choices.chance(40)) network.points.below_zero = model::BelowZero::clamp;
    choose_tiering(network, choices);
    choose_network(network, choices);
    if (choices.chance(50)) choose_dates(network.points, choices);
    for (model::Program* program : {&points, &tiered, &network})
        choose_rewards(*program, kMonday.value, choices);
    for (model::Program* program : {&points, &tiered, &network}) {
        choose_classes(*program, choices);
        if (choices.chance(70)) choose_campaigns(*program, kMonday.value, choices);
    }
    return {nhanh_program("by-spend"), points, plain, tiered, network};
}

OwnedCommand CommandGenerator::next(Instant clock) {
    if (!model_.accepted().empty() && choices_.chance(12)) return again(clock);
    const ProgramId program{static_cast<std::uint16_t>(1 + choices_.below(model_.program_count()))};
    // Another till is at the same voucher before its reservation ends.
    const bool pursues = reserved_.has_value() && choices_.chance(30);
    OwnedCommand command =
        pursues ? voucher_act(reserved_->first, std::string(reserved_->second)) : fresh(program, clock);
    if (choices_.chance(1)) command.command.program.value = 900;
    return command;
}

void CommandGenerator::refused(const OwnedCommand& command) {
    if (command.command.name.kind != model::NameKind::receipt || !command.command.name.valid()) return;
    free_receipts_.push_back(command.command.name);
}

OwnedCommand CommandGenerator::fresh(ProgramId program, Instant clock) {
    const std::uint64_t dice = choices_.below(100);
    const std::uint64_t customers = model_.customer_count(program);
    OwnedCommand command;
    const bool has_parties = model_.document(program, 1).network.has_value();
    if (has_parties && customers >= 2 && choices_.chance(25))
        command = network(program, clock);
    else if (customers < 2 || (customers < (has_parties ? 2 * kMostCustomers : kMostCustomers) && dice < 6) ||
             dice < 1)
        command = enroll(program);
    else if (dice < 40)
        command = choices_.chance(25) ? order(program) : sale(program);
    else if (dice < 48 && !model_.document(program, 1).rewards.empty())
        command = reward(program);
    else if (dice < 60)
        command = give_back(program);
    else if (dice < 68)
        command = end_hold(program);
    else if (dice < 84)
        command = spend(program, clock);
    else if (dice < 91)
        command = choices_.chance(24)   ? person(program)
                  : choices_.chance(30) ? classify(program)
                  : choices_.chance(48) ? care(program, clock)
                  : choices_.chance(60) ? adjust(program, clock)
                  : choices_.chance(80) ? override_tier(program, clock)
                                        : make_password(program, next_request(), customer(program), "v");
    else if (dice < (model_.document(program, 1).id == "tiered" || has_parties ? 95U : 92U))
        return new_version(program, clock);
    else
        return with_some_voucher(make_balance(program, customer(program), amount(program)), 15);
    set_time(command, clock);
    return command;
}

std::string CommandGenerator::code(ProgramId program) {
    std::vector<std::string> texts = {"7K3M9QXWTB2C", "no code"};
    for (const auto& known : model_.codes())
        if (known.program == program) texts.push_back(known.text);
    // Newer ones rather.
    const std::size_t from = texts.size() > 6 && choices_.chance(80) ? texts.size() - 4 : 0;
    return texts[from + choices_.below(texts.size() - from)];
}

OwnedCommand CommandGenerator::network(ProgramId program, Instant clock) {
    const std::uint64_t dice = choices_.below(100);
    if (dice < 20) return make_appoint(program, next_request(), customer(program));
    if (dice < 40) {
        Who vip;
        if (choices_.chance(85)) vip = customer(program);
        return make_move(program, next_request(), customer(program), vip);
    }
    if (dice < 60) {
        Who buyer = choices_.chance(97) ? customer(program) : Who();
        // The newest rather: one who has no order yet.
        if (choices_.chance(60)) buyer = fmt::format("id:{}", model_.customer_count(program));
        return make_referred_sale(program, next_receipt(), buyer, amount(program), code(program));
    }
    if (dice < 80) {
        constexpr std::int64_t amounts[] = {0, 0, 0, 1, 10'000, 1'000'000, -1};
        // Whoever has some, if anybody has.
        Who vip = customer(program);
        for (std::uint64_t id = model_.customer_count(program); id > 0; --id)
            if (choices_.chance(80) && model_.wallet(program, {id}, clock).available > 0)
                vip = fmt::format("id:{}", id);
        return make_payout_request(program, next_request(), vip, amounts[choices_.below(std::size(amounts))]);
    }
    constexpr CommandKind ends[] = {CommandKind::approve_payout, CommandKind::approve_payout,
                                    CommandKind::pay_payout, CommandKind::fail_payout};
    const auto* payout = some_accepted(program, CommandKind::request_payout);
    return make_payout_end(
        ends[choices_.below(std::size(ends))], program, next_request(),
        payout == nullptr || choices_.chance(3) ? model::Sequence{987'654'321} : payout->sequence);
}

OwnedCommand CommandGenerator::sale(ProgramId program) {
    const Who who = choices_.chance(15) ? Who() : customer(program);
    const NaiveModel::Accepted* hold =
        choices_.chance(12) ? some_accepted(program, CommandKind::hold) : nullptr;
    if (hold == nullptr) {
        OwnedCommand sale = make_sale(program, next_receipt(), who, amount(program));
        if (choices_.chance(25)) sale = with_goods(std::move(sale));
        return with_some_voucher(std::move(sale), 20);
    }
    const Who owner = fmt::format("id:{}", hold->customer.value);
    return with_some_voucher(
        make_sale_with(program, next_receipt(), choices_.chance(92) ? owner : who, amount(program),
                       choices_.chance(95) ? hold->sequence : model::Sequence{987'654'321}),
        20);
}

OwnedCommand CommandGenerator::some_sale(ProgramId program, Instant clock) {
    const Who who = fmt::format("id:{}", 1 + choices_.below(model_.customer_count(program)));
    OwnedCommand command = sale(program);
    if (model_.document(program, 1).network && choices_.chance(40)) {
        const Who newest = fmt::format("id:{}", model_.customer_count(program));
        command = make_referred_sale(program, next_receipt(), choices_.chance(50) ? newest : who,
                                     amount(program), code(program));
    }
    if (choices_.chance(40))
        command.command.at.value = model_.now(program, clock) - choices_.between(0, 20 * kDayMs);
    return command;
}

std::vector<OwnedCommand> CommandGenerator::give_all_back(const NaiveModel::Accepted& sale) {
    const Name original = sale.command.command.name;
    std::int64_t left = sale.command.command.amount.value;
    if (left == 0 || choices_.chance(30)) return {make_void(sale.program, next_receipt(), original)};
    const Who owner = sale.customer.value == 0 ? Who() : Who(fmt::format("id:{}", sale.customer.value));
    std::vector<OwnedCommand> returns;
    for (std::uint64_t parts = choices_.below(3); parts > 0 && left > 1; --parts) {
        const std::int64_t part = choices_.between(0, left - 1);
        returns.push_back(make_return(sale.program, next_receipt(), owner, part, original));
        left -= part;
    }
    returns.push_back(make_return(sale.program, next_receipt(), owner, left, original));
    return returns;
}

OwnedCommand CommandGenerator::give_back(ProgramId program) {
    const NaiveModel::Accepted* sale = some_accepted(program, CommandKind::sale);
    if (sale == nullptr || choices_.chance(20)) {
        const Who who = choices_.chance(15) ? Who() : customer(program);
        return make_return(program, next_receipt(), who, amount(program));
    }
    Name original = sale->command.command.name;
    if (choices_.chance(3)) original = receipt(9, "NEVER-SOLD");
    if (choices_.chance(3))
        if (const auto* other = some_accepted(program, CommandKind::returned))
            original = other->command.command.name;
    if (choices_.chance(4))
        if (const auto* placed = some_accepted(program, CommandKind::place_order))
            original = placed->command.command.name;
    if (choices_.chance(20)) return make_void(program, next_receipt(), original);
    if (sale->command.details && !sale->command.details->lines.empty() && choices_.chance(70))
        return give_back_goods(*sale, original);
    const std::int64_t left = model_.remaining(*sale);
    std::int64_t back = left;
    if (left > 0 && choices_.chance(60)) back = choices_.between(0, left);
    if (choices_.chance(5)) back = left + 1;
    if (choices_.chance(3)) back = 0;
    const Who owner = sale->customer.value == 0 ? Who() : Who(fmt::format("id:{}", sale->customer.value));
    return make_return(program, next_receipt(), choices_.chance(4) ? customer(program) : owner,
                       std::max<std::int64_t>(back, 0), original);
}

/// Goods for what was paid and, mostly, more; of few SKUs, at several prices.
OwnedCommand CommandGenerator::spend(ProgramId program, Instant clock) {
    const Who who = customer(program);
    const std::int64_t points = some_points(program, who, clock);
    if (choices_.chance(60)) {
        constexpr std::int64_t ttls[] = {0, 0, 0, 1, kMinuteMs, kHourMs, kDayMs, 7 * kDayMs, 7 * kDayMs + 1,
                                         -1};
        return make_hold(program, next_request(), who, points, ttls[choices_.below(std::size(ttls))]);
    }
    const Name name = choices_.chance(50) ? next_request() : next_receipt();
    OwnedCommand redeem =
        choices_.chance(30)
            ? make_redeem(program, name, who, 0, 1 + static_cast<std::int64_t>(choices_.below(3'000)))
            : make_redeem(program, name, who, points);
    const NaiveModel::Accepted* sale =
        choices_.chance(40) ? some_accepted(program, CommandKind::sale) : nullptr;
    if (sale == nullptr) return redeem;
    redeem.command.original = choices_.chance(97) ? sale->command.command.name : receipt(9, "NEVER-SOLD");
    if (choices_.chance(85) && sale->customer.value != 0) {
        redeem.command.customer = {model::KeyKind::id, sale->customer, {}};
        redeem.customer_text.clear();
    }
    return redeem;
}

OwnedCommand CommandGenerator::end_hold(ProgramId program) {
    const NaiveModel::Accepted* hold = some_accepted(program, CommandKind::hold);
    if (hold == nullptr || choices_.chance(3)) return make_release(program, next_request(), {987'654'321});
    if (choices_.chance(30)) return make_release(program, next_request(), hold->sequence);
    const std::int64_t all = hold->command.command.points.value;
    std::int64_t points = choices_.chance(50) ? 0 : choices_.between(1, all);
    if (choices_.chance(5)) points = all + 1;
    return make_capture(program, next_request(), hold->sequence, points);
}

OwnedCommand CommandGenerator::adjust(ProgramId program, Instant clock) {
    const Who who = customer(program);
    std::int64_t points = choices_.chance(30) ? 0 : some_points(program, who, clock);
    if (choices_.chance(50)) points = -points;
    std::int64_t spend = choices_.chance(50) ? 0 : amount(program);
    if (choices_.chance(50)) spend = -spend;
    return make_adjust(program, next_request(), who, points, spend, choices_.chance(40), kNoInstant,
                       choices_.chance(50) ? "goodwill" : "birthday gift");
}

/// A tier by hand: mostly from now on, sometimes from later, for minutes or for a year.
OwnedCommand CommandGenerator::override_tier(ProgramId program, Instant clock) {
    const Who who = customer(program);
    if (choices_.chance(20)) return make_override(program, next_request(), who, "");
    const auto& tiers = model_.document(program, model_.version_count(program)).tiers;
    const std::string tier = choices_.chance(4) ? "no-such-tier" : tiers[choices_.below(tiers.size())].id;
    const std::int64_t now = model_.now(program, clock);
    const auto span = [&] {
        return choices_.chance(50) ? choices_.between(1, 30) * kMinuteMs : choices_.between(1, 400) * kDayMs;
    };
    Instant from = kNoInstant;
    if (choices_.chance(40)) from.value = now + span() - (choices_.chance(20) ? 30 * kMinuteMs : 0);
    Instant until{std::max(now, from.value) + span()};
    if (choices_.chance(5)) until.value = now - choices_.between(0, kDayMs);
    return make_override(program, next_request(), who, tier, until, from);
}

/// A new version of a program, from now or, with the wall clock, from some hours ahead. Versions are put in
/// the order in which they take effect.
OwnedCommand CommandGenerator::new_version(ProgramId program, Instant clock) {
    const std::uint16_t newest = model_.version_count(program);
    const std::int64_t now = model_.now(program, clock);
    if (newest >= 6 || (newest > 1 && model_.effective(program, newest) >= now))
        return make_balance(program, customer(program));
    model::Program document = model_.document(program, newest);
    document.name = fmt::format("version {}", newest + 1);
    document.points.earn.points.value = choices_.between(1, 4);
    if (document.points.redeem) document.points.redeem->value.value = choices_.between(10, 2'000);
    if (choices_.chance(30))
        document.points.below_zero = document.points.below_zero == model::BelowZero::debt
                                         ? model::BelowZero::clamp
                                         : model::BelowZero::debt;
    if (document.id != "plain" && choices_.chance(40)) choose_dates(document.points, choices_);
    const bool chosen = document.id == "tiered" || document.network;
    const bool moves = !chosen || choices_.chance(20);
    for (std::size_t i = 1; i < document.tiers.size(); ++i) {
        if (moves) document.tiers[i].min += document.tiers[i].min / 10;
        document.tiers[i].keep_points.value = choices_.between(0, 60);
        document.tiers[i].max.reset();
    }
    document.tiers[0].max.reset();
    if (chosen) {
        const std::uint64_t dice = choices_.below(10);
        if (dice < 4) choose_tiering(document, choices_);
        if (document.network && (dice < 4 || dice > 7)) choose_network(document, choices_);
        if (dice == 4) document.enabled = !document.enabled;
        if (dice == 5)
            for (std::size_t i = 1; i < document.tiers.size(); ++i)
                document.tiers[i].upgrade_bonus.value = choices_.between(0, 90);
    }
    if (!document.rewards.empty() && (chosen || choices_.chance(30))) choose_rewards(document, now, choices_);
    // Campaigns may ask for values that are listed no more.
    const bool other_lists = document.classification && choices_.chance(30);
    if (other_lists) choose_classes(document, choices_);
    if (other_lists || (document.id != "plain" && choices_.chance(30)))
        choose_campaigns(document, now, choices_);
    Instant effective = kNoInstant;
    if (time_ == runtime::TimeSource::system && choices_.chance(50))
        effective.value = now + choices_.between(1, 48) * kHourMs;
    return make_put_program(next_request(), document, effective);
}

/// A name that was used: the same command again, spelled in another way perhaps, or with other content.
OwnedCommand CommandGenerator::again(Instant clock) {
    const auto& list = model_.accepted();
    const NaiveModel::Accepted& first = list[choices_.below(list.size())];
    OwnedCommand command = first.sent ? *first.sent : first.command;
    if (!first.sent) command.command.amount.value = first.asked_amount;
    if (command.command.kind == CommandKind::put_program)
        return make_balance(first.program, customer(first.program));
    const bool renamed = command.command.customer.kind != model::KeyKind::none;
    if (renamed && choices_.chance(40)) {
        command.command.customer.kind = model::KeyKind::id;
        command.command.customer.id = first.customer;
        command.customer_text.clear();
    }
    if (choices_.chance(60)) return command;
    switch (choices_.below(5)) {
        case 0:
            if (command.command.kind == CommandKind::sale || command.command.kind == CommandKind::returned ||
                command.command.kind == CommandKind::place_order)
                command.command.amount.value += command.command.amount.value > 0 ? -1 : 1;
            break;
        case 1:
            if (command.command.points.value > 0)
                command.command.points.value += command.command.points.value > 1 ? -1 : 1;
            break;
        case 2:
            if (renamed) {
                const Who other = customer(first.program);
                command.command.customer = {other.kind, other.id, {}};
                command.customer_text = other.text;
            }
            break;
        case 3:
            if (command.command.kind == CommandKind::adjust) command.reason += "!";
            if (command.command.kind == CommandKind::hold) command.command.ttl_ms = 12'345;
            if (model::changes_order(command.command.kind))
                command = make_order_change(command.command.kind, first.program, command.command.name,
                                            command.command.original, {{}, "khác"}, command.command.at);
            if (command.command.kind == CommandKind::sale) command.details.emplace().hold = {1};
            if (model::moves_voucher(command.command.kind))
                command = make_voucher_act(command.command.kind, first.program, command.command.name, "X",
                                           command.command.ttl_ms, command.command.at);
            break;
        default:
            if (command.command.at == kNoInstant) command.command.at.value = model_.now(first.program, clock);
            break;
    }
    return command;
}

void CommandGenerator::set_time(OwnedCommand& command, Instant clock) {
    const std::int64_t now = model_.now(command.command.program, clock);
    // A hold runs from its `at`, and one that is over already is refused: most of them begin now.
    if (command.command.kind == CommandKind::hold && choices_.chance(75)) return;
    if (time_ == runtime::TimeSource::system) {
        const std::uint64_t dice = choices_.below(100);
        if (dice < 50) return;
        command.command.at.value = now;
        if (dice < 75)
            command.command.at.value -= choices_.between(0, 40 * kHourMs);
        else if (dice < 90)
            command.command.at.value -= choices_.between(0, choices_.chance(80) ? 29 : 380) * kDayMs;
        else if (dice < 92)
            command.command.at.value -= choices_.between(31, 60) * kDayMs;
        else if (dice < 98)
            command.command.at.value += choices_.between(0, 5 * kMinuteMs);
        else
            command.command.at.value += 5 * kMinuteMs + 1;
        return;
    }
    const std::uint64_t dice = choices_.below(100);
    if (dice < 30) return;
    if (dice < 45) {
        command.command.at.value = now - choices_.between(0, 40) * kDayMs;
        return;
    }
    command.command.at.value = now;
    if (dice < 70)
        command.command.at.value += choices_.between(0, 20 * kMinuteMs);
    else if (dice < 97)
        command.command.at.value += choices_.between(0, 10 * kHourMs);
    else
        command.command.at.value += choices_.between(1, choices_.chance(70) ? 40 : 400) * kDayMs;
}

Who CommandGenerator::customer(ProgramId program) {
    const std::uint64_t number =
        1 + choices_.below(std::max<std::uint64_t>(model_.customer_count(program), 1));
    const std::uint64_t dice = choices_.below(100);
    if (dice < 50) return fmt::format("id:{}", number);
    if (dice < 75) return fmt::format("card:c{}", number);
    if (dice < 83) return fmt::format("phone:00 84-90(000)00{:02}", number);
    if (dice < 96) return fmt::format("email:CUSTOMER{}@example.VN", number);
    if (dice < 98) return fmt::format("card:nobody{}", number);
    return dice < 99 ? Who("phone:12") : Who("id:77");
}

std::int64_t CommandGenerator::amount(ProgramId program) {
    const std::int64_t per = model_.document(program, 1).points.earn.per_amount.value;
    const std::uint64_t dice = choices_.below(1'000);
    if (dice < 30) return 0;
    if (dice < 400) return std::max<std::int64_t>(0, per * choices_.between(1, 40) + choices_.between(-1, 1));
    if (dice < 800) return choices_.between(1, per * 300);
    if (dice < 985) return choices_.between(1, per * 3'000);
    if (dice < 992) return -choices_.between(1, per);
    return INT64_MAX - choices_.between(0, 5'000'000'000'000'000'000);
}

/// Around what the customer has, so that limits are met from both sides.
std::int64_t CommandGenerator::some_points(ProgramId program, const Who& who, Instant clock) {
    const auto id = model_.find_customer(program, {who.kind, who.id, who.text});
    const std::int64_t has = id ? model_.figures(program, *id, clock).spendable : 0;
    const std::uint64_t dice = choices_.below(100);
    if (dice < 10) return has;
    if (dice < 18 && has < INT64_MAX) return has + 1;
    if (dice < 20) return 0;
    if (dice < 22) return INT64_MAX;
    return choices_.between(1, std::max<std::int64_t>(1, has / 4));
}

Name CommandGenerator::next_receipt() {
    if (!free_receipts_.empty() && choices_.chance(10)) {
        const Name name = free_receipts_.back();
        free_receipts_.pop_back();
        return name;
    }
    if (choices_.chance(1)) return receipt(1, "");
    const auto terminal = static_cast<std::uint32_t>(1 + choices_.below(3));
    return receipt(terminal, fmt::format("R{}", next_number_++));
}

Name CommandGenerator::next_request() {
    return request(next_number_++);
}

namespace {

/// A sale that was nobody's and whose receipt a customer has claimed: the receipt's name is the claim's now.
bool is_claimed(const NaiveModel::Accepted& entry) {
    return entry.sent && entry.sent->command.name.kind == model::NameKind::receipt;
}

}  // namespace

const NaiveModel::Accepted* CommandGenerator::some_accepted(ProgramId program, CommandKind kind) {
    const auto& list = model_.accepted();
    if (list.empty()) return nullptr;
    // From a random place backwards: recent ones as likely as old ones.
    const std::size_t start = choices_.below(list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto& entry = list[(start + list.size() - i) % list.size()];
        if (entry.program == program && entry.command.command.kind == kind && !is_claimed(entry))
            return &entry;
    }
    return nullptr;
}

}  // namespace tim::tests
