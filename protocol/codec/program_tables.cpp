// A program between its table and the model: declared in documents.h.
#include <fmt/format.h>

#include "engine/model/calendar.h"
#include "protocol/codec/campaign_tables.h"
#include "protocol/codec/catalogue_tables.h"
#include "protocol/codec/documents.h"
#include "protocol/codec/limits.h"
#include "protocol/codec/same_value.h"

namespace tim::codec {

namespace {

using model::ErrorKind;
using model::failure;

static_assert(same_value(schema::Criterion::lifetime_spend, model::Criterion::lifetime_spend) &&
              same_value(schema::Criterion::lifetime_ranking_points,
                         model::Criterion::lifetime_ranking_points) &&
              same_value(schema::Criterion::month_spend, model::Criterion::month_spend) &&
              same_value(schema::Criterion::monthly_average_spend, model::Criterion::monthly_average_spend) &&
              same_value(schema::Criterion::period_spend, model::Criterion::period_spend) &&
              same_value(schema::Criterion::period_ranking_points, model::Criterion::period_ranking_points));
static_assert(same_value(schema::Downgrade::immediate, model::Downgrade::immediate) &&
              same_value(schema::Downgrade::at_review, model::Downgrade::at_review) &&
              same_value(schema::Downgrade::never, model::Downgrade::never));
static_assert(same_value(schema::Review::never, model::Review::never) &&
              same_value(schema::Review::monthly, model::Review::monthly) &&
              same_value(schema::Review::half_yearly, model::Review::half_yearly) &&
              same_value(schema::Review::yearly, model::Review::yearly));
static_assert(same_value(schema::Start::current, model::Start::current) &&
              same_value(schema::Start::zero, model::Start::zero));
static_assert(same_value(schema::ExpiryPolicy::never, model::ExpiryPolicy::never) &&
              same_value(schema::ExpiryPolicy::months, model::ExpiryPolicy::months) &&
              same_value(schema::ExpiryPolicy::year_end, model::ExpiryPolicy::year_end));
static_assert(same_value(schema::BelowZero::debt, model::BelowZero::debt) &&
              same_value(schema::BelowZero::clamp, model::BelowZero::clamp));
static_assert(same_value(schema::PayoutMode::manual, model::PayoutMode::manual) &&
              same_value(schema::PayoutMode::monthly, model::PayoutMode::monthly));

/// Of an expiry that says no more than its policy.
constexpr std::int32_t kDefaultExpiryMonths = 12;
constexpr std::int32_t kDefaultExpiryYears = 1;

/// Reads tables, and collects what is wrong with all of them.
class ProgramReader {
  public:
    model::Program read(const schema::Program& table) {
        model::Program program;
        program.id = table.id()->str();
        program.name = text(table.name());
        program.time_zone = table.time_zone()->str();
        if (auto currency = model::find_currency(table.currency()->string_view()))
            currency_ = program.currency = *currency;
        else
            fault("currency", currency.error().message);
        program.enabled = table.enabled();
        if (table.referral() != nullptr) program.referral = read_referral(*table.referral());
        if (table.network() != nullptr) program.network = read_network(*table.network());
        read_points(*table.points(), program.points);
        if (table.tiering() != nullptr) read_tiering(*table.tiering(), program.tiering);
        if (table.tiers()->size() > model::kMaxTiers) {
            fault("tiers", fmt::format("has {} entries; at most {} are allowed", table.tiers()->size(),
                                       model::kMaxTiers));
            return program;
        }
        for (flatbuffers::uoffset_t i = 0; i < table.tiers()->size(); ++i)
            program.tiers.push_back(
                read_tier(*table.tiers()->Get(i), fmt::format("tiers[{}]", i), program.tiering.criterion));
        if (table.campaigns() != nullptr) read_campaigns(*table.campaigns(), program);
        if (table.rewards() != nullptr) read_rewards(*table.rewards(), program);
        if (table.classification() != nullptr)
            program.classification = read_classification(reading(), *table.classification());
        return program;
    }

    /// A tier by itself, with its own criterion.
    model::Tier read(const schema::Tier& table, const model::Currency& currency) {
        currency_ = currency;
        model::Tier tier = read_tier(table, "tier", model::Criterion::lifetime_spend);
        if (table.criterion() && !tier.criterion) tier.criterion = model::Criterion::lifetime_spend;
        return tier;
    }

    std::vector<model::ProgramFault> take_faults() { return std::move(faults_); }

  private:
    CampaignReading reading() {
        return {currency_ ? &*currency_ : nullptr, nullptr, [this](std::string path, std::string message) {
                    fault(std::move(path), std::move(message));
                }};
    }

    void read_campaigns(const flatbuffers::Vector<flatbuffers::Offset<schema::Campaign>>& tables,
                        model::Program& program) {
        if (tables.size() > model::kMaxCampaigns)
            return fault("campaigns", fmt::format("has {} entries; at most {} are allowed", tables.size(),
                                                  model::kMaxCampaigns));
        const auto calendar = model::Calendar::load(program.time_zone);
        CampaignReading reads = reading();
        if (calendar) reads.calendar = &*calendar;
        for (flatbuffers::uoffset_t i = 0; i < tables.size(); ++i)
            program.campaigns.push_back(
                read_campaign(reads, fmt::format("campaigns[{}]", i), *tables.Get(i)));
    }

    void read_rewards(const flatbuffers::Vector<flatbuffers::Offset<schema::Reward>>& tables,
                      model::Program& program) {
        if (tables.size() > model::kMaxRewards)
            return fault("rewards", fmt::format("has {} entries; at most {} are allowed", tables.size(),
                                                model::kMaxRewards));
        const auto calendar = model::Calendar::load(program.time_zone);
        CampaignReading reads = reading();
        if (calendar) reads.calendar = &*calendar;
        for (flatbuffers::uoffset_t i = 0; i < tables.size(); ++i)
            program.rewards.push_back(read_reward(reads, fmt::format("rewards[{}]", i), *tables.Get(i)));
    }

    void fault(std::string path, std::string message) {
        faults_.push_back({std::move(path), std::move(message)});
    }

    static std::string text(const flatbuffers::String* string) {
        return string == nullptr ? std::string() : string->str();
    }

    /// An amount of money; 0 and a fault when it is none. Of an unknown currency no amount can be judged.
    model::Money money(const std::string& path, const flatbuffers::String& string) {
        if (!currency_) return {};
        auto amount = model::parse_money(string.string_view(), *currency_);
        if (amount) return *amount;
        fault(path, amount.error().message);
        return {};
    }

    std::int64_t figure(const std::string& path, const flatbuffers::String& string,
                        model::Criterion criterion) {
        if (model::is_money(criterion)) return money(path, string).value;
        auto number = model::parse_integer(string.string_view());
        if (number) return *number;
        fault(path, number.error().message);
        return 0;
    }

    template <class Model, class Schema>
    Model choice(const std::string& path, Schema value, Schema greatest) {
        if (value <= greatest) return static_cast<Model>(value);
        fault(path, fmt::format("{} is not one of its choices", static_cast<unsigned>(value)));
        return Model{};
    }

    void read_expiry(const schema::Expiry& table, model::Expiry& expiry) {
        expiry.policy =
            choice<model::ExpiryPolicy>("points.expiry.policy", table.policy(), schema::ExpiryPolicy::MAX);
        const bool months = expiry.policy == model::ExpiryPolicy::months;
        const bool years = expiry.policy == model::ExpiryPolicy::year_end;
        if (table.months() && !months) fault("points.expiry.months", "belongs to the policy months alone");
        if (table.years() && !years) fault("points.expiry.years", "belongs to the policy year_end alone");
        if (months) expiry.months = table.months() ? *table.months() : kDefaultExpiryMonths;
        if (years) expiry.years = table.years() ? *table.years() : kDefaultExpiryYears;
    }

    void read_points(const schema::PointsRules& table, model::PointsRules& points) {
        if (table.unit() != nullptr) points.unit = table.unit()->str();
        points.earn = {money("points.earn.per_amount", *table.earn()->per_amount()),
                       {table.earn()->points()}};
        if (table.redeem() != nullptr)
            points.redeem = model::RedeemRate{{table.redeem()->points()},
                                              money("points.redeem.value", *table.redeem()->value())};
        points.below_zero =
            choice<model::BelowZero>("points.below_zero", table.below_zero(), schema::BelowZero::MAX);
        if (table.expiry() != nullptr) read_expiry(*table.expiry(), points.expiry);
        points.pending_days = table.pending_days();
        points.late_days = table.late_days();
        points.return_days = table.return_days();
    }

    void read_tiering(const schema::Tiering& table, model::Tiering& tiering) {
        tiering.criterion =
            choice<model::Criterion>("tiering.criterion", table.criterion(), schema::Criterion::MAX);
        tiering.downgrade =
            choice<model::Downgrade>("tiering.downgrade", table.downgrade(), schema::Downgrade::MAX);
        tiering.review = choice<model::Review>("tiering.review", table.review(), schema::Review::MAX);
        tiering.start = choice<model::Start>("tiering.start", table.start(), schema::Start::MAX);
    }

    static model::ReferralSide read_side(const schema::ReferralSide* table) {
        return table == nullptr ? model::ReferralSide{}
                                : model::ReferralSide{{table->points()}, table->ranking()};
    }

    model::Money money_or_nothing(const std::string& path, const flatbuffers::String* string) {
        return string == nullptr ? model::Money{} : money(path, *string);
    }

    model::Referral read_referral(const schema::Referral& table) {
        model::Referral referral;
        referral.enabled = table.enabled();
        referral.code_days = table.code_days();
        referral.referrer = read_side(table.referrer());
        referral.referee = read_side(table.referee());
        if (table.cap_per_month()) referral.cap_per_month = *table.cap_per_month();
        referral.min_amount = money_or_nothing("referral.min_amount", table.min_amount());
        return referral;
    }

    model::Network read_network(const schema::Network& table) {
        model::Network network;
        network.enabled = table.enabled();
        if (const auto* earn = table.upline_earn()) {
            network.upline_earn = model::UplineEarn{
                {money("network.upline_earn.per_amount", *earn->per_amount()), {earn->points()}},
                earn->ranking()};
        }
        network.pending_days = table.pending_days();
        if (table.commission() != nullptr) {
            if (table.commission()->size() > model::kMaxCommissionSteps) {
                fault("network.commission",
                      fmt::format("has {} entries; at most {} are allowed", table.commission()->size(),
                                  model::kMaxCommissionSteps));
                return network;
            }
            for (const auto* step : *table.commission())
                network.commission.push_back({step->recruits(), step->rate_bp()});
        }
        if (const auto* payout = table.payout()) {
            network.payout.mode =
                choice<model::PayoutMode>("network.payout.mode", payout->mode(), schema::PayoutMode::MAX);
            network.payout.min_amount = money_or_nothing("network.payout.min_amount", payout->min_amount());
        }
        return network;
    }

    model::Tier read_tier(const schema::Tier& table, const std::string& path, model::Criterion criterion) {
        model::Tier tier;
        tier.id = table.id()->str();
        tier.name = text(table.name());
        tier.description = text(table.description());
        tier.icon = text(table.icon());
        if (table.benefits() != nullptr) {
            for (const auto* benefit : *table.benefits())
                tier.benefits.push_back(benefit->str());
        }
        if (table.criterion()) {
            const auto own =
                choice<model::Criterion>(path + ".criterion", *table.criterion(), schema::Criterion::MAX);
            if (own != criterion) tier.criterion = own;
            criterion = own;
        }
        tier.min = figure(path + ".min", *table.min(), criterion);
        if (table.max() != nullptr) tier.max = figure(path + ".max", *table.max(), criterion);
        tier.keep_points = {table.keep_points()};
        tier.active = table.active();
        tier.upgrade_bonus = {table.upgrade_bonus()};
        tier.multiplier_bp = table.multiplier_bp();
        tier.visible = table.visible();
        if (table.discount() != nullptr)
            tier.discount = read_discount(reading(), path + ".discount", *table.discount());
        tier.makes_vip = table.makes_vip();
        tier.voucher_discount_bp = table.voucher_discount_bp();
        tier.price_list = text(table.price_list());
        return tier;
    }

    std::optional<model::Currency> currency_;
    std::vector<model::ProgramFault> faults_;
};

}  // namespace

std::unique_ptr<schema::TierT> to_schema(const model::Program& program, const model::Tier& tier) {
    const auto figure = [&](std::int64_t value) {
        return model::is_money(program.criterion_of(tier))
                   ? model::format_money(model::Money{value}, program.currency)
                   : fmt::format("{}", value);
    };
    auto entry = std::make_unique<schema::TierT>();
    entry->id = tier.id;
    entry->name = tier.name;
    entry->description = tier.description;
    entry->icon = tier.icon;
    entry->benefits = tier.benefits;
    entry->criterion = static_cast<schema::Criterion>(program.criterion_of(tier));
    entry->min = figure(tier.min);
    if (tier.max) entry->max = figure(*tier.max);
    entry->keep_points = tier.keep_points.value;
    entry->active = tier.active;
    entry->upgrade_bonus = tier.upgrade_bonus.value;
    entry->multiplier_bp = tier.multiplier_bp;
    entry->visible = tier.visible;
    if (tier.discount) entry->discount = to_schema(*tier.discount, program.currency);
    entry->makes_vip = tier.makes_vip;
    entry->voucher_discount_bp = tier.voucher_discount_bp;
    entry->price_list = tier.price_list;
    return entry;
}

namespace {

std::unique_ptr<schema::ReferralSideT> to_schema(const model::ReferralSide& side) {
    auto table = std::make_unique<schema::ReferralSideT>();
    table->points = side.points.value;
    table->ranking = side.ranking;
    return table;
}

}  // namespace

std::unique_ptr<schema::ProgramT> to_schema(const model::Program& program) {
    const auto money = [&](model::Money amount) { return model::format_money(amount, program.currency); };
    auto table = std::make_unique<schema::ProgramT>();
    table->id = program.id;
    table->name = program.name;
    table->currency = program.currency.code;
    table->time_zone = program.time_zone;
    table->enabled = program.enabled;
    table->points = std::make_unique<schema::PointsRulesT>();
    table->points->unit = program.points.unit;
    table->points->earn = std::make_unique<schema::EarnRateT>();
    table->points->earn->per_amount = money(program.points.earn.per_amount);
    table->points->earn->points = program.points.earn.points.value;
    if (program.points.redeem) {
        table->points->redeem = std::make_unique<schema::RedeemRateT>();
        table->points->redeem->points = program.points.redeem->points.value;
        table->points->redeem->value = money(program.points.redeem->value);
    }
    table->points->below_zero = static_cast<schema::BelowZero>(program.points.below_zero);
    const model::Expiry& expiry = program.points.expiry;
    table->points->expiry = std::make_unique<schema::ExpiryT>();
    table->points->expiry->policy = static_cast<schema::ExpiryPolicy>(expiry.policy);
    if (expiry.policy == model::ExpiryPolicy::months) table->points->expiry->months = expiry.months;
    if (expiry.policy == model::ExpiryPolicy::year_end) table->points->expiry->years = expiry.years;
    table->points->pending_days = program.points.pending_days;
    table->points->late_days = program.points.late_days;
    table->points->return_days = program.points.return_days;
    table->tiering = std::make_unique<schema::TieringT>();
    table->tiering->criterion = static_cast<schema::Criterion>(program.tiering.criterion);
    table->tiering->downgrade = static_cast<schema::Downgrade>(program.tiering.downgrade);
    table->tiering->review = static_cast<schema::Review>(program.tiering.review);
    table->tiering->start = static_cast<schema::Start>(program.tiering.start);
    if (program.referral) {
        table->referral = std::make_unique<schema::ReferralT>();
        table->referral->enabled = program.referral->enabled;
        table->referral->code_days = program.referral->code_days;
        table->referral->referrer = to_schema(program.referral->referrer);
        table->referral->referee = to_schema(program.referral->referee);
        if (program.referral->cap_per_month)
            table->referral->cap_per_month = *program.referral->cap_per_month;
        table->referral->min_amount = money(program.referral->min_amount);
    }
    if (program.network) {
        table->network = std::make_unique<schema::NetworkT>();
        table->network->enabled = program.network->enabled;
        if (const auto& earn = program.network->upline_earn) {
            table->network->upline_earn = std::make_unique<schema::UplineEarnT>();
            table->network->upline_earn->per_amount = money(earn->rate.per_amount);
            table->network->upline_earn->points = earn->rate.points.value;
            table->network->upline_earn->ranking = earn->ranking;
        }
        table->network->pending_days = program.network->pending_days;
        for (const model::CommissionStep& step : program.network->commission) {
            auto row = std::make_unique<schema::CommissionStepT>();
            row->recruits = step.recruits;
            row->rate_bp = step.rate_bp;
            table->network->commission.push_back(std::move(row));
        }
        table->network->payout = std::make_unique<schema::PayoutRulesT>();
        table->network->payout->mode = static_cast<schema::PayoutMode>(program.network->payout.mode);
        table->network->payout->min_amount = money(program.network->payout.min_amount);
    }
    for (const model::Tier& tier : program.tiers)
        table->tiers.push_back(to_schema(program, tier));
    if (program.classification) table->classification = to_schema(*program.classification, program.currency);
    if (program.campaigns.empty() && program.rewards.empty()) return table;
    const auto calendar = model::Calendar::load(program.time_zone);
    for (const model::Reward& reward : program.rewards)
        table->rewards.push_back(to_schema(reward, program.currency, calendar ? &*calendar : nullptr));
    if (!calendar) return table;  // no validated program: what it says of days cannot be told
    for (const model::Campaign& campaign : program.campaigns)
        table->campaigns.push_back(to_schema(campaign, program.currency, *calendar));
    return table;
}

ProgramReading read_program(const schema::Program& table) {
    ProgramReader reader;
    ProgramReading reading;
    reading.program = reader.read(table);
    reading.faults = reader.take_faults();
    return reading;
}

model::Result<model::Tier> to_model(const schema::Tier& table, const model::Currency& currency) {
    ProgramReader reader;
    model::Tier tier = reader.read(table, currency);
    if (const auto faults = reader.take_faults(); !faults.empty())
        return failure(ErrorKind::invalid, model::describe(faults));
    return tier;
}

model::Result<model::Program> to_model(const schema::Program& table) {
    ProgramReading reading = read_program(table);
    if (!reading.faults.empty()) return failure(ErrorKind::invalid, model::describe(reading.faults));
    return std::move(reading.program);
}

}  // namespace tim::codec
