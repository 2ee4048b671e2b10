#include "tools/tim/customer_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "engine/model/classification.h"
#include "engine/model/keys.h"
#include "tools/tim/csv_writer.h"

namespace tim::cli {
namespace {

constexpr std::string_view kHeader =
    "customer,id,class,tier,points,held,spendable,ranking_points,period_metric,lifetime_spend,month_spend,"
    "orders,"
    "first_order_at,last_order_at,vip,commission_available,commission_pending,status";
constexpr std::string_view kProfile = ",keys,name,staff,source,channel,natures,types,items,birthday";

std::string time_text(const model::Calendar& calendar, model::Instant at) {
    return at == model::kNoInstant ? std::string() : calendar.format(at);
}

std::string key_text(const model::Key& key) {
    return fmt::format("{}:{}", model::key_kind_name(key.kind), key.text);
}

void add_profile(CsvWriter& csv, const client::Customer& customer) {
    const auto keys = std::views::drop(customer.keys, 1) |
                      std::views::transform([](const auto& key) { return key_text(key); });
    const model::CustomerClasses& classes = customer.classes;
    csv.field(fmt::format("{}", fmt::join(keys, " ")))
        .field(customer.name)
        .field(classes.staff)
        .field(classes.source)
        .field(classes.channel);
    for (const auto* words : {&classes.natures, &classes.types, &classes.items})
        csv.field(fmt::format("{}", fmt::join(*words, " ")));
    csv.field(model::format_birthday(classes.birthday));
}

}  // namespace

std::string customer_label(const client::Customer& customer) {
    if (customer.keys.empty()) return fmt::format("id:{}", customer.id.value);
    return key_text(customer.keys.front());
}

void CustomerCsv::add(const client::Customer& customer, const ProgramVersion& version,
                      const model::Calendar& calendar) {
    Line line{customer_label(customer), customer.id.value, customer.vip.value, {}, {}};
    CsvWriter csv;
    csv.field(line.customer)
        .field(std::to_string(customer.id.value))
        .field(std::string(client::class_name(customer.customer_class)))
        .field(version.tier_id(customer.tier))
        .field(customer.points.value)
        .field(customer.held.value)
        .field(customer.spendable.value)
        .field(customer.ranking_points.value)
        .field(version.metric(customer.period_metric))
        .field(version.money(customer.lifetime_spend))
        .field(version.money(customer.month_spend))
        .field(std::int64_t{customer.orders})
        .field(time_text(calendar, customer.first_order_at))
        .field(time_text(calendar, customer.last_order_at));
    line.before_vip = std::move(csv.text());
    CsvWriter rest;
    rest.field(version.money(customer.commission_available))
        .field(version.money(customer.commission_pending))
        .field(std::string(model::status_name(customer.classes.status)));
    if (profile_) add_profile(rest, customer);
    rest.end_line();
    line.after_vip = std::move(rest.text());
    lines_.push_back(std::move(line));
}

std::string CustomerCsv::text() {
    std::sort(lines_.begin(), lines_.end(), [](const Line& a, const Line& b) {
        return std::tie(a.customer, a.id) < std::tie(b.customer, b.id);
    });
    std::string out(kHeader);
    if (profile_) out += kProfile;
    out += '\n';
    std::size_t bytes = out.size();
    std::unordered_map<std::uint64_t, std::string_view> labels;  // of those who are VIPs of others
    for (const Line& line : lines_) {
        bytes += line.before_vip.size() + line.after_vip.size() + 2;
        if (line.vip != 0) labels[line.vip];
    }
    for (const Line& line : lines_)
        if (const auto found = labels.find(line.id); found != labels.end()) found->second = line.customer;
    out.reserve(bytes);
    for (const Line& line : lines_) {
        CsvWriter vip;
        if (line.vip != 0) {  // whoever is not of a list has no key here
            const std::string_view label = labels[line.vip];
            vip.field(label.empty() ? fmt::format("id:{}", line.vip) : std::string(label));
        }
        out += line.before_vip + "," + vip.text() + "," + line.after_vip;
    }
    return out;
}

}  // namespace tim::cli
