#include "tools/tim/change_line.h"

#include <fmt/format.h>

#include <vector>

#include "protocol/codec/text.h"
#include "tools/tim/class_options.h"
#include "tools/tim/json_line.h"

namespace tim::cli {
namespace {

std::string time_text(const model::Calendar& calendar, model::Instant at) {
    return at == model::kNoInstant ? std::string() : calendar.format(at);
}

std::string month_text(model::Month month) {
    return fmt::format("{:04}-{:02}", 1970 + month.value / 12, 1 + month.value % 12);
}

std::vector<std::string> key_texts(const std::vector<model::Key>& keys) {
    std::vector<std::string> texts;
    for (const model::Key& key : keys)
        texts.push_back(fmt::format("{}:{}", model::key_kind_name(key.kind), key.text));
    return texts;
}

/// Whose figures a fact may change.
bool has_figures(const client::LedgerFact& fact) {
    return fact.subject == "customer" || fact.subject == "anonymous";
}

}  // namespace

std::string change_json(const client::Change& change, const ProgramVersion& version,
                        const model::Calendar& calendar) {
    const client::LedgerFact& fact = change.fact;
    JsonLine json;
    json.add("sequence", fact.sequence.value)
        .add("transaction", fact.transaction.value)
        .add_or_null("at", time_text(calendar, fact.at))
        .add("recorded", time_text(calendar, fact.recorded))
        .add("type", fact.type)
        .add("subject", fact.subject)
        .add("id", fact.subject_id)
        .add("version", fact.version.value);
    if (!fact.name.empty()) json.add("name", fact.name);
    if (has_figures(fact)) {
        json.add("points", fact.points.value)
            .add("points_after", fact.points_after.value)
            .add("held_after", fact.held_after.value)
            .add("spend", version.money(change.spend))
            .add("ranking", change.ranking.value)
            .add("orders", change.orders);
        if (change.month.value != 0) json.add("month", month_text(change.month));
    }
    if (fact.subject == "customer")
        json.add("tier_before", version.tier_id(fact.tier_before))
            .add("tier_after", version.tier_id(fact.tier_after));
    // What a hold or a tier by hand keeps there is the instant at which it ends, a task that at which it is
    // due.
    if (change.until != model::kNoInstant)
        json.add("until", time_text(calendar, change.until));
    else
        json.add("amount", version.money(fact.amount));
    if (fact.subject == "wallet")
        json.add("available", version.money({fact.points_after.value}))
            .add("pending", version.money({fact.held_after.value}));
    if (fact.type == "order_undone" && fact.subject == "customer")
        json.add_or_null("first_order_at", time_text(calendar, change.first_order_at))
            .add_or_null("last_order_at", time_text(calendar, change.last_order_at));
    if (fact.related.value != 0) json.add("related", fact.related.value);
    if (fact.counterparty.value != 0) json.add("counterparty", fact.counterparty.value);
    if (!change.keys.empty()) json.add("keys", key_texts(change.keys));
    if (!change.person.empty()) json.add("person", change.person);
    if (change.classes) {
        JsonLine classes;
        add_classes(classes, *change.classes);
        json.add_raw("classes", classes.text());
    }
    if (!change.text.empty()) json.add("text", change.text);
    if (!fact.by.empty()) json.add("by", fact.by);
    return json.text();
}

std::string change_text(const client::Change& change, const ProgramVersion& version,
                        const model::Calendar& calendar) {
    const client::LedgerFact& fact = change.fact;
    std::string text = fmt::format("{} {} {} {}", fact.sequence.value, time_text(calendar, fact.at),
                                   fact.type, fact.subject);
    if (fact.subject_id != 0) text += fmt::format(" {}", fact.subject_id);
    if (!fact.name.empty()) text += fmt::format(" [{}]", fact.name);
    if (change.spend.value != 0) text += " spend " + version.money(change.spend);
    if (has_figures(fact))
        text += fmt::format(" points {:+} = {}", fact.points.value, fact.points_after.value);
    if (fact.subject == "wallet")
        text += fmt::format(" {} = {}", version.money(fact.amount), version.money({fact.points_after.value}));
    if (fact.subject == "customer" && fact.tier_before != fact.tier_after)
        text += fmt::format(" {} → {}", version.tier_id(fact.tier_before), version.tier_id(fact.tier_after));
    for (const std::string& key : key_texts(change.keys))
        text += " " + key;
    if (!change.text.empty()) text += ": " + change.text;
    if (!fact.by.empty()) text += fmt::format(" (by {})", fact.by);
    return codec::printable(text);
}

}  // namespace tim::cli
