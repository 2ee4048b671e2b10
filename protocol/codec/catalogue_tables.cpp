#include "protocol/codec/catalogue_tables.h"

#include <fmt/format.h>

namespace tim::codec {
namespace {

static_assert(static_cast<unsigned>(schema::RewardKind::voucher) ==
                  static_cast<unsigned>(model::RewardKind::voucher) &&
              static_cast<unsigned>(schema::RewardKind::gift) ==
                  static_cast<unsigned>(model::RewardKind::gift));

model::Money read_money(const CampaignReading& reading, const std::string& path,
                        const flatbuffers::String& text) {
    if (reading.currency == nullptr) return {};
    auto amount = model::parse_money(text.string_view(), *reading.currency);
    if (amount) return *amount;
    reading.fault(path, amount.error().message);
    return {};
}

using Texts = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;

std::vector<std::string> read_texts(const Texts* texts) {
    std::vector<std::string> values;
    if (texts == nullptr) return values;
    for (const auto* text : *texts)
        values.push_back(text->str());
    return values;
}

}  // namespace

model::Reward read_reward(const CampaignReading& reading, const std::string& path,
                          const schema::Reward& table) {
    model::Reward reward;
    reward.id = table.id()->str();
    if (table.name() != nullptr) reward.name = table.name()->str();
    if (table.kind() > schema::RewardKind::MAX)
        reading.fault(path + ".kind",
                      fmt::format("{} is not one of its choices", static_cast<unsigned>(table.kind())));
    else
        reward.kind = static_cast<model::RewardKind>(table.kind());
    reward.cost = {table.cost_points()};
    if (table.value() != nullptr) reward.value = read_money(reading, path + ".value", *table.value());
    reward.valid_days = table.valid_days();
    if (table.stock()) reward.stock = *table.stock();
    reward.tiers = read_texts(table.tiers());
    reward.starts = read_start(reading, path + ".from", table.from());
    reward.ends = read_end(reading, path + ".to", table.to());
    return reward;
}

model::Classification read_classification(const CampaignReading& reading,
                                          const schema::Classification& table) {
    model::Classification classification;
    if (const auto* spend = table.statuses_vip_month_spend())
        classification.vip_month_spend =
            read_money(reading, "classification.statuses_vip_month_spend", *spend);
    classification.sources = read_texts(table.sources());
    classification.natures = read_texts(table.natures());
    classification.types = read_texts(table.types());
    classification.items = read_texts(table.items());
    return classification;
}

std::unique_ptr<schema::RewardT> to_schema(const model::Reward& reward, const model::Currency& currency,
                                           const model::Calendar* calendar) {
    auto table = std::make_unique<schema::RewardT>();
    table->id = reward.id;
    table->name = reward.name;
    table->kind = static_cast<schema::RewardKind>(reward.kind);
    table->cost_points = reward.cost.value;
    if (reward.kind == model::RewardKind::voucher) table->value = model::format_money(reward.value, currency);
    table->valid_days = reward.valid_days;
    if (reward.stock) table->stock = *reward.stock;
    table->tiers = reward.tiers;
    if (reward.starts && calendar != nullptr) table->from = start_text(*reward.starts, *calendar);
    if (reward.ends && calendar != nullptr) table->to = end_text(*reward.ends, *calendar);
    return table;
}

std::unique_ptr<schema::ClassificationT> to_schema(const model::Classification& classification,
                                                   const model::Currency& currency) {
    auto table = std::make_unique<schema::ClassificationT>();
    if (classification.vip_month_spend)
        table->statuses_vip_month_spend = model::format_money(*classification.vip_month_spend, currency);
    table->sources = classification.sources;
    table->natures = classification.natures;
    table->types = classification.types;
    table->items = classification.items;
    return table;
}

}  // namespace tim::codec
