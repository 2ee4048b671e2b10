#include "protocol/codec/campaign_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace tim::codec {

namespace {

using model::CampaignEffect;
using model::Condition;
using model::ConditionKind;
using model::EffectKind;

template <class Text>
std::string text_of(const Text* text) {
    return text == nullptr ? std::string() : text->str();
}

/// Reads one campaign or discount; what is wrong goes to the reading's `fault`.
class Reader {
  public:
    explicit Reader(const CampaignReading& reading) : reading_(reading) {}

    model::Money money(const std::string& path, const flatbuffers::String& text) const {
        if (reading_.currency == nullptr) return {};
        const auto amount = model::parse_money(text.string_view(), *reading_.currency);
        if (amount) return *amount;
        reading_.fault(path, amount.error().message);
        return {};
    }

    std::optional<model::Instant> instant(const std::string& path, const flatbuffers::String* text) const {
        if (text == nullptr || reading_.calendar == nullptr) return std::nullopt;
        const auto at = reading_.calendar->parse(text->string_view());
        if (at) return *at;
        reading_.fault(path, at.error().message);
        return std::nullopt;
    }

    /// The end of a span: a day is part of it.
    std::optional<model::Instant> end(const std::string& path, const flatbuffers::String* text) const {
        constexpr std::size_t kDayChars = 10;
        const auto at = instant(path, text);
        if (!at || text->size() > kDayChars) return at;
        return reading_.calendar->day_start(*at, 1);
    }

    model::Discount discount(const std::string& path, const schema::Discount& table) const {
        model::Discount discount;
        discount.percent_bp = table.percent_bp();
        if (table.amount() != nullptr) discount.amount = money(path + ".amount", *table.amount());
        if (table.max_amount() != nullptr)
            discount.max_amount = money(path + ".max_amount", *table.max_amount());
        if (table.min_order() != nullptr) discount.min_order = money(path + ".min_order", *table.min_order());
        return discount;
    }

    /// Fields beside one another must all hold.
    Condition condition(const std::string& path, const schema::Condition& table, std::size_t depth) {
        Condition whole;
        if (depth > model::kMaxConditionDepth) {
            reading_.fault(path,
                           fmt::format("is nested more than {} levels deep", model::kMaxConditionDepth));
            return whole;
        }
        group(path + ".all", table.all(), ConditionKind::all, depth, whole);
        group(path + ".any", table.any(), ConditionKind::any, depth, whole);
        if (table.not_() != nullptr)
            add(whole, ConditionKind::negation)
                .parts.push_back(condition(path + ".not", *table.not_(), depth + 1));
        if (table.amount_from() != nullptr)
            add(whole, ConditionKind::amount_from).amount =
                money(path + ".amount_from", *table.amount_from());
        if (table.amount_below() != nullptr)
            add(whole, ConditionKind::amount_below).amount =
                money(path + ".amount_below", *table.amount_below());
        if (table.tier_in() != nullptr) texts(*table.tier_in(), add(whole, ConditionKind::tier_in));
        if (table.terminal_in() != nullptr)
            add(whole, ConditionKind::terminal_in)
                .numbers.assign(table.terminal_in()->begin(), table.terminal_in()->end());
        if (table.weekday_in() != nullptr) {
            Condition& part = add(whole, ConditionKind::weekday_in);
            for (flatbuffers::uoffset_t i = 0; i < table.weekday_in()->size(); ++i)
                part.numbers.push_back(static_cast<std::uint32_t>(table.weekday_in()->Get(i)));
        }
        if (table.hours() != nullptr) {
            Condition& part = add(whole, ConditionKind::hours);
            part.from = table.hours()->from();
            part.until = table.hours()->to();
        }
        if (table.dates() != nullptr) {
            Condition& part = add(whole, ConditionKind::dates);
            part.starts = instant(path + ".dates.from", table.dates()->from());
            part.ends = end(path + ".dates.to", table.dates()->to());
        }
        if (table.sku_in() != nullptr) texts(*table.sku_in(), add(whole, ConditionKind::sku_in));
        if (table.category_in() != nullptr)
            texts(*table.category_in(), add(whole, ConditionKind::category_in));
        if (table.source_in() != nullptr) texts(*table.source_in(), add(whole, ConditionKind::source_in));
        if (table.nature_in() != nullptr) texts(*table.nature_in(), add(whole, ConditionKind::nature_in));
        if (table.type_in() != nullptr) texts(*table.type_in(), add(whole, ConditionKind::type_in));
        if (table.item_in() != nullptr) texts(*table.item_in(), add(whole, ConditionKind::item_in));
        if (table.birthday_month())
            add(whole, ConditionKind::birthday_month).wanted = *table.birthday_month();
        if (table.segment() != nullptr)
            add(whole, ConditionKind::segment).texts.push_back(table.segment()->str());
        if (table.first_order()) add(whole, ConditionKind::first_order).wanted = *table.first_order();
        if (whole.parts.empty()) reading_.fault(path, "says nothing: name what a sale must meet");
        if (whole.parts.size() == 1) return Condition(std::move(whole.parts.front()));
        return whole;
    }

    CampaignEffect effect(const std::string& path, const schema::CampaignEffect& table) const {
        CampaignEffect effect;
        int kinds = 0;
        if (table.multiplier_bp()) {
            ++kinds;
            effect.kind = EffectKind::multiplier;
            effect.multiplier_bp = *table.multiplier_bp();
        }
        if (table.bonus_points()) {
            ++kinds;
            effect.kind = EffectKind::bonus_points;
            effect.points = {*table.bonus_points()};
        }
        if (table.earn() != nullptr) {
            ++kinds;
            effect.kind = EffectKind::earn;
            effect.per_amount = money(path + ".earn.per_amount", *table.earn()->per_amount());
            effect.points = {table.earn()->points()};
        }
        if (table.discount() != nullptr) {
            ++kinds;
            effect.kind = EffectKind::discount;
            effect.discount = discount(path + ".discount", *table.discount());
        }
        if (table.voucher() != nullptr) {
            ++kinds;
            effect.kind = EffectKind::voucher;
            effect.reward = table.voucher()->str();
        }
        if (table.referrer_commission_bp()) {
            ++kinds;
            effect.kind = EffectKind::commission;
            effect.commission_bp = *table.referrer_commission_bp();
        }
        if (kinds != 1)
            reading_.fault(path, fmt::format("names {} effects; each entry has exactly one of multiplier_bp, "
                                             "bonus_points, earn, discount, voucher and "
                                             "referrer_commission_bp",
                                             kinds));
        return effect;
    }

  private:
    static void texts(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>& from,
                      Condition& part) {
        for (const auto* text : from)
            part.texts.push_back(text->str());
    }

    static Condition& add(Condition& whole, ConditionKind kind) {
        Condition& part = whole.parts.emplace_back();
        part.kind = kind;
        return part;
    }

    void group(const std::string& path,
               const flatbuffers::Vector<flatbuffers::Offset<schema::Condition>>* tables, ConditionKind kind,
               std::size_t depth, Condition& whole) {
        if (tables == nullptr) return;
        Condition part;
        part.kind = kind;
        for (flatbuffers::uoffset_t i = 0; i < tables->size(); ++i) {
            if (++conditions_ > model::kMaxCampaignConditions) {
                if (conditions_ == model::kMaxCampaignConditions + 1)
                    reading_.fault(path, fmt::format("a campaign has at most {} conditions",
                                                     model::kMaxCampaignConditions));
                break;
            }
            part.parts.push_back(condition(fmt::format("{}[{}]", path, i), *tables->Get(i), depth + 1));
        }
        whole.parts.push_back(std::move(part));
    }

    const CampaignReading& reading_;
    std::size_t conditions_ = 0;
};

std::unique_ptr<schema::ConditionT> condition_table(const Condition& condition,
                                                    const model::Currency& currency,
                                                    const model::Calendar& calendar) {
    auto table = std::make_unique<schema::ConditionT>();
    const auto parts = [&](std::vector<std::unique_ptr<schema::ConditionT>>& out) {
        for (const Condition& part : condition.parts)
            out.push_back(condition_table(part, currency, calendar));
    };
    switch (condition.kind) {
        case ConditionKind::all:
            parts(table->all);
            break;
        case ConditionKind::any:
            parts(table->any);
            break;
        case ConditionKind::negation:
            table->not_ = condition_table(condition.parts.front(), currency, calendar);
            break;
        case ConditionKind::amount_from:
            table->amount_from = model::format_money(condition.amount, currency);
            break;
        case ConditionKind::amount_below:
            table->amount_below = model::format_money(condition.amount, currency);
            break;
        case ConditionKind::tier_in:
            table->tier_in = condition.texts;
            break;
        case ConditionKind::terminal_in:
            table->terminal_in = condition.numbers;
            break;
        case ConditionKind::weekday_in:
            for (const std::uint32_t day : condition.numbers)
                table->weekday_in.push_back(static_cast<schema::Weekday>(day));
            break;
        case ConditionKind::hours:
            table->hours = std::make_unique<schema::HoursT>();
            table->hours->from = condition.from;
            table->hours->to = condition.until;
            break;
        case ConditionKind::dates:
            table->dates = std::make_unique<schema::DatesT>();
            if (condition.starts) table->dates->from = start_text(*condition.starts, calendar);
            if (condition.ends) table->dates->to = end_text(*condition.ends, calendar);
            break;
        case ConditionKind::first_order:
            table->first_order = condition.wanted;
            break;
        case ConditionKind::sku_in:
            table->sku_in = condition.texts;
            break;
        case ConditionKind::category_in:
            table->category_in = condition.texts;
            break;
        case ConditionKind::source_in:
            table->source_in = condition.texts;
            break;
        case ConditionKind::nature_in:
            table->nature_in = condition.texts;
            break;
        case ConditionKind::type_in:
            table->type_in = condition.texts;
            break;
        case ConditionKind::item_in:
            table->item_in = condition.texts;
            break;
        case ConditionKind::birthday_month:
            table->birthday_month = condition.wanted;
            break;
        case ConditionKind::segment:
            table->segment = condition.texts.front();
            break;
    }
    return table;
}

std::unique_ptr<schema::CampaignEffectT> effect_table(const CampaignEffect& effect,
                                                      const model::Currency& currency) {
    auto table = std::make_unique<schema::CampaignEffectT>();
    switch (effect.kind) {
        case EffectKind::multiplier:
            table->multiplier_bp = effect.multiplier_bp;
            break;
        case EffectKind::bonus_points:
            table->bonus_points = effect.points.value;
            break;
        case EffectKind::earn:
            table->earn = std::make_unique<schema::EarnRateT>();
            table->earn->per_amount = model::format_money(effect.per_amount, currency);
            table->earn->points = effect.points.value;
            break;
        case EffectKind::discount:
            table->discount = to_schema(effect.discount, currency);
            break;
        case EffectKind::voucher:
            table->voucher = effect.reward;
            break;
        case EffectKind::commission:
            table->referrer_commission_bp = effect.commission_bp;
            break;
    }
    return table;
}

bool is_unconditional(const Condition& condition) {
    return condition.kind == ConditionKind::all && condition.parts.empty();
}

}  // namespace

std::optional<model::Instant> read_start(const CampaignReading& reading, const std::string& path,
                                         const flatbuffers::String* text) {
    return Reader(reading).instant(path, text);
}

std::optional<model::Instant> read_end(const CampaignReading& reading, const std::string& path,
                                       const flatbuffers::String* text) {
    return Reader(reading).end(path, text);
}

std::string start_text(model::Instant at, const model::Calendar& calendar) {
    return calendar.day_start(at, 0) == at ? calendar.format_day(at) : calendar.format(at);
}

std::string end_text(model::Instant at, const model::Calendar& calendar) {
    return calendar.day_start(at, 0) == at ? calendar.format_day({at.value - 1}) : calendar.format(at);
}

model::Discount read_discount(const CampaignReading& reading, const std::string& path,
                              const schema::Discount& table) {
    return Reader(reading).discount(path, table);
}

model::Campaign read_campaign(const CampaignReading& reading, const std::string& path,
                              const schema::Campaign& table) {
    Reader reader(reading);
    model::Campaign campaign;
    campaign.id = table.id()->str();
    campaign.name = text_of(table.name());
    campaign.starts = reader.instant(path + ".from", table.from());
    campaign.ends = reader.end(path + ".to", table.to());
    if (table.when() != nullptr) campaign.when = reader.condition(path + ".when", *table.when(), 1);
    const flatbuffers::uoffset_t effects =
        std::min<flatbuffers::uoffset_t>(table.then()->size(), model::kMaxCampaignEffects + 1);
    for (flatbuffers::uoffset_t i = 0; i < effects; ++i)
        campaign.then.push_back(reader.effect(fmt::format("{}.then[{}]", path, i), *table.then()->Get(i)));
    campaign.ranking = table.ranking();
    if (table.budget_points()) campaign.budget_points = model::Points{*table.budget_points()};
    if (table.per_customer()) campaign.per_customer = *table.per_customer();
    return campaign;
}

std::unique_ptr<schema::DiscountT> to_schema(const model::Discount& discount,
                                             const model::Currency& currency) {
    auto table = std::make_unique<schema::DiscountT>();
    table->percent_bp = discount.percent_bp;
    if (discount.amount.value != 0) table->amount = model::format_money(discount.amount, currency);
    if (discount.max_amount) table->max_amount = model::format_money(*discount.max_amount, currency);
    table->min_order = model::format_money(discount.min_order, currency);
    return table;
}

std::unique_ptr<schema::CampaignT> to_schema(const model::Campaign& campaign, const model::Currency& currency,
                                             const model::Calendar& calendar) {
    auto table = std::make_unique<schema::CampaignT>();
    table->id = campaign.id;
    table->name = campaign.name;
    if (campaign.starts) table->from = start_text(*campaign.starts, calendar);
    if (campaign.ends) table->to = end_text(*campaign.ends, calendar);
    if (!is_unconditional(campaign.when)) table->when = condition_table(campaign.when, currency, calendar);
    for (const CampaignEffect& effect : campaign.then)
        table->then.push_back(effect_table(effect, currency));
    table->ranking = campaign.ranking;
    if (campaign.budget_points) table->budget_points = campaign.budget_points->value;
    if (campaign.per_customer) table->per_customer = *campaign.per_customer;
    return table;
}

}  // namespace tim::codec
