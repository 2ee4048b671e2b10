#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/model/classification.h"
#include "engine/model/program.h"
#include "engine/model/segment.h"

namespace tim::model {

namespace {

bool is_number(std::string_view text, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && number >= least &&
           number <= most;
}

bool is_customer(std::string_view text) {
    constexpr std::string_view kById = "id:";
    return text == "none" ||
           (text.starts_with(kById) && is_number(text.substr(kById.size()), 1, kMaxCustomerId));
}

/// Checks one condition's values.
class ValueCheck {
  public:
    ValueCheck(const SegmentNode& node, const Program& program) : node_(node), program_(program) {}

    std::optional<Error> run() const {
        using enum SegmentField;
        switch (node_.field) {
            case status:
                return one_of(std::array<std::string_view, 4>{"new", "prospect", "purchased", "vip"},
                              "status");
            case customer_class:
                return one_of(std::array<std::string_view, 3>{"retail", "member", "vip"}, "class");
            case source:
                return listed(&Classification::sources, "source", true);
            case nature:
                return listed(&Classification::natures, "nature", false);
            case type:
                return listed(&Classification::types, "type", false);
            case item:
                return listed(&Classification::items, "item", false);
            case tier:
                return each("is not a tier of this program", [this](const std::string& text) {
                    return std::ranges::find(program_.tiers, text, &Tier::id) != program_.tiers.end();
                });
            case channel:
            case staff:
                return each("is too long",
                            [](const std::string& text) { return text.size() <= kMaxStaffBytes; });
            case birthday:
                return each("is no month from 1 to 12",
                            [](const std::string& text) { return is_number(text, 1, 12); });
            case bought:
                return std::nullopt;
            case spend:
            case month_spend:
            case closed_month_spend:
            case period_spend:
                return each("is no amount of the program's currency", [this](const std::string& text) {
                    return parse_money(text, program_.currency).has_value();
                });
            case vip:
            case referrer:
                return each("is neither none nor a customer by id, as id:42", is_customer);
            case orders:
            case points:
            case held:
            case spendable:
            case pending:
            case ranking_points:
            case brought:
                break;
        }
        return each("is no whole number",
                    [](const std::string& text) { return is_number(text, INT64_MIN, INT64_MAX); });
    }

  private:
    std::optional<Error> each(std::string_view otherwise, auto fits) const {
        for (const SegmentValue& value : node_.values)
            if (!fits(value.text))
                return segment_error(value.place, fmt::format("\"{}\" {}", value.text, otherwise));
        return std::nullopt;
    }

    std::optional<Error> one_of(const auto& words, std::string_view what) const {
        return each(fmt::format("is no {}", what), [&words](const std::string& text) {
            return std::ranges::find(words, std::string_view(text)) != words.end();
        });
    }

    std::optional<Error> listed(std::vector<std::string> Classification::*list, std::string_view what,
                                bool or_none) const {
        return each(fmt::format("is no {} of this program's classification", what),
                    [&](const std::string& text) {
                        if (or_none && text == "none") return true;
                        if (!program_.classification) return false;
                        const auto& values = (*program_.classification).*list;
                        return std::ranges::find(values, text) != values.end();
                    });
    }

    const SegmentNode& node_;
    const Program& program_;
};

}  // namespace

std::optional<Error> segment_fault(const SegmentNode& expression, const Program& program) {
    if (expression.kind == SegmentNodeKind::condition) return ValueCheck(expression, program).run();
    for (const SegmentNode& part : expression.parts)
        if (auto fault = segment_fault(part, program)) return fault;
    return std::nullopt;
}

}  // namespace tim::model
