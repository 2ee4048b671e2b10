#include "engine/core/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/core/settle.h"

namespace tim::core {

using model::CustomerId;
using model::Result;
using model::segment_error;
using model::SegmentCompare;
using model::SegmentNode;
using model::SegmentNodeKind;
using model::SegmentValue;

namespace {

/// As many months before an instant's day, at that day's beginning; in a shorter month its last day.
model::Instant months_before(const model::Calendar& calendar, model::Instant now, std::int32_t months) {
    const model::Month month = calendar.month_of(now);
    if (month.value < months) return {INT64_MIN};
    const model::Month then{static_cast<std::uint16_t>(month.value - months)};
    const model::Instant next = calendar.month_start({static_cast<std::uint16_t>(then.value + 1)});
    const model::Instant last_day = calendar.day_start({next.value - 1}, 0);
    const std::string today = calendar.format_day(now);
    int day = 1;
    std::from_chars(today.data() + today.size() - 2, today.data() + today.size(), day);
    return std::min(calendar.day_start(calendar.month_start(then), day - 1), last_day);
}

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

/// Appends the steps of an expression, from its end to its beginning: each needs to know where to go on.
struct Segment::Compiler {
    Segment& segment;
    const Classes& classes;  // a value keeps its number in all versions
    const Rules& rules;
    Resolve resolve;
    std::optional<model::Error> error;

    std::uint16_t compile(const SegmentNode& node, std::uint16_t if_true, std::uint16_t if_false) {
        switch (node.kind) {
            case SegmentNodeKind::all:
            case SegmentNodeKind::any: {
                const bool any = node.kind == SegmentNodeKind::any;
                std::uint16_t next = any ? if_false : if_true;
                for (std::size_t i = node.parts.size(); i-- > 0;)
                    next = compile(node.parts[i], any ? if_true : next, any ? next : if_false);
                return next;
            }
            case SegmentNodeKind::negation:
                return compile(node.parts.front(), if_false, if_true);
            case SegmentNodeKind::condition:
                break;
        }
        Step step;
        step.field = node.field;
        step.if_true = if_true;
        step.if_false = if_false;
        read(node, step);
        static_assert(model::kMaxSegmentConditions < kFails);
        segment.steps_.push_back(step);
        return static_cast<std::uint16_t>(segment.steps_.size() - 1);
    }

    void fault(const SegmentValue& value, const std::string& message) {
        if (!error) error = segment_error(value.place, message);
    }

    void read(const SegmentNode& node, Step& step) {
        using enum model::SegmentField;
        switch (node.field) {
            case status:
                return read_set(
                    node, step,
                    [](const SegmentValue& value) -> std::optional<std::size_t> {
                        const auto found = model::read_status(value.text);
                        return found ? std::optional(static_cast<std::size_t>(*found)) : std::nullopt;
                    },
                    "new, prospect, purchased, vip");
            case customer_class:
                return read_set(
                    node, step,
                    [](const SegmentValue& value) -> std::optional<std::size_t> {
                        constexpr std::string_view kNames[] = {"retail", "member", "vip"};
                        const auto found = std::ranges::find(kNames, value.text);
                        if (found == std::end(kNames)) return std::nullopt;
                        return static_cast<std::size_t>(found - std::begin(kNames));
                    },
                    "retail, member, vip");
            case birthday:
                return read_set(
                    node, step,
                    [](const SegmentValue& value) -> std::optional<std::size_t> {
                        const auto month = whole_number(value.text);
                        if (!month || *month < 1 || *month > 12) return std::nullopt;
                        return static_cast<std::size_t>(*month);
                    },
                    "a month from 1 to 12");
            case tier:
                return read_tiers(node, step);
            case source:
                return read_sources(node, step);
            case nature:
                return read_list(node, step, ClassList::natures);
            case type:
                return read_list(node, step, ClassList::types);
            case item:
                return read_list(node, step, ClassList::items);
            case staff:
            case channel:
                return read_texts(node, step);
            case vip:
            case referrer:
                return read_customers(node, step);
            case bought:
                step.months = node.months;
                if (segment.now_ != model::kNoInstant)
                    step.low = months_before(rules.calendar(), segment.now_, node.months).value;
                return;
            case points:
            case held:
            case spendable:
            case pending:
                segment.by_lots_ = true;
                return read_number(node, step, false);
            case spend:
            case month_spend:
            case closed_month_spend:
            case period_spend:
                return read_number(node, step, true);
            case orders:
            case ranking_points:
            case brought:
                return read_number(node, step, false);
        }
    }

    template <class Number>
    void read_set(const SegmentNode& node, Step& step, Number number_of, std::string_view choice) {
        for (const SegmentValue& value : node.values) {
            const auto number = number_of(value);
            if (!number) return fault(value, fmt::format("\"{}\" is none of {}", value.text, choice));
            step.mask |= std::uint64_t{1} << *number;
        }
    }

    void read_tiers(const SegmentNode& node, Step& step) {
        const auto& tiers = rules.program().tiers;
        for (const SegmentValue& value : node.values) {
            const auto found = std::ranges::find(tiers, value.text, &model::Tier::id);
            if (found == tiers.end()) {
                std::string ids;
                for (const model::Tier& tier : tiers)
                    ids += (ids.empty() ? "" : ", ") + tier.id;
                return fault(value,
                             fmt::format("\"{}\" is none of the program's tiers: {}", value.text, ids));
            }
            const auto index = static_cast<std::size_t>(found - tiers.begin());
            for (std::size_t tier = 0; tier < tiers.size(); ++tier)
                if (compares(node.compare, tier, index)) step.mask |= std::uint64_t{1} << tier;
        }
    }

    template <class Value>
    static bool compares(SegmentCompare compare, Value a, Value b) {
        switch (compare) {
            case SegmentCompare::equal:
                return a == b;
            case SegmentCompare::below:
                return a < b;
            case SegmentCompare::at_most:
                return a <= b;
            case SegmentCompare::above:
                return a > b;
            case SegmentCompare::at_least:
                break;
        }
        return a >= b;
    }

    std::optional<std::uint8_t> known(ClassList list, const SegmentValue& value, std::string_view what) {
        const auto number = classes.known(list, value.text);
        if (number) return number;
        const auto& values = (*classes.values())[static_cast<std::size_t>(list)];
        fault(value, fmt::format("\"{}\" is none of the program's {}: {}", value.text, what,
                                 values.empty() ? std::string("there are none")
                                                : fmt::format("{}", fmt::join(values, ", "))));
        return std::nullopt;
    }

    void read_sources(const SegmentNode& node, Step& step) {
        step.set_begin = static_cast<std::uint32_t>(segment.sources_.size());
        std::bitset<256>& set = segment.sources_.emplace_back();
        for (const SegmentValue& value : node.values) {
            if (value.text == "none") {
                set.set(0);
                continue;
            }
            const auto number = known(ClassList::sources, value, "sources");
            if (!number) return;
            set.set(*number + 1U);
        }
    }

    void read_list(const SegmentNode& node, Step& step, ClassList list) {
        const std::string_view what = list == ClassList::natures ? "natures"
                                      : list == ClassList::types ? "types"
                                                                 : "items";
        for (const SegmentValue& value : node.values) {
            const auto number = known(list, value, what);
            if (!number) return;
            step.mask |= std::uint64_t{1} << *number;
        }
    }

    void read_texts(const SegmentNode& node, Step& step) {
        step.set_begin = static_cast<std::uint32_t>(segment.texts_.size());
        for (const SegmentValue& value : node.values) {
            const bool company = node.field == model::SegmentField::staff && value.text == "company";
            const std::string_view words = company ? std::string_view() : value.text;
            if (words.size() > model::kMaxStaffBytes)
                return fault(value,
                             fmt::format("\"{}\" is longer than {} bytes", words, model::kMaxStaffBytes));
            Text& text = segment.texts_.emplace_back();
            text = {};
            std::ranges::copy(words, text.begin());
        }
        step.set_end = static_cast<std::uint32_t>(segment.texts_.size());
    }

    void read_customers(const SegmentNode& node, Step& step) {
        step.set_begin = static_cast<std::uint32_t>(segment.customers_.size());
        for (const SegmentValue& value : node.values) {
            const auto customer = value.text == "none" ? Result<CustomerId>{} : resolve(value.text);
            if (!customer) return fault(value, customer.error().message);
            segment.customers_.push_back(*customer);
        }
        step.set_end = static_cast<std::uint32_t>(segment.customers_.size());
    }

    void read_number(const SegmentNode& node, Step& step, bool money) {
        const SegmentValue& value = node.values.front();
        std::int64_t number = 0;
        if (money) {
            const auto amount = model::parse_money(value.text, rules.program().currency);
            if (!amount)
                return fault(value, fmt::format("\"{}\" is no amount of {}", value.text,
                                                rules.program().currency.code));
            number = amount->value;
        } else if (const auto whole = whole_number(value.text)) {
            number = *whole;
        } else {
            return fault(value, fmt::format("\"{}\" is no whole number", value.text));
        }
        const bool least = number == INT64_MIN;
        const bool most = number == INT64_MAX;
        switch (node.compare) {
            case SegmentCompare::equal:
                step.low = step.high = number;
                return;
            case SegmentCompare::below:
                step.high = number - (least ? 0 : 1);
                return;
            case SegmentCompare::at_most:
                step.high = number;
                return;
            case SegmentCompare::above:
                step.low = number + (most ? 0 : 1);
                return;
            case SegmentCompare::at_least:
                step.low = number;
        }
    }
};

Result<Segment> Segment::compile(const SegmentNode& expression, const Classes& classes, const Rules& rules,
                                 model::Instant now, Resolve resolve) {
    Segment segment;
    segment.rules_ = &rules;
    segment.now_ = now;
    if (now != model::kNoInstant) segment.month_ = rules.calendar().month_of(now);
    Compiler compiler{segment, classes, rules, resolve, {}};
    segment.begin_ = compiler.compile(expression, kMeets, kFails);
    if (compiler.error) return tl::unexpected(*compiler.error);
    return segment;
}

const CustomerRecord& settled_for_segment(const ProgramState& program, CustomerId customer,
                                          const Rules& rules, model::Instant now, model::Month month,
                                          bool by_lots, PointsDraft& room) {
    const CustomerRecord& record = program.customers.at(customer.value);
    const TierOverrides* const overrides = program.overrides_of(record, customer);
    const OpenHolds* const holds = by_lots ? program.holds_of(record, customer) : nullptr;
    const Lots* const lots = by_lots ? program.lots_of(record, customer) : nullptr;
    const bool due = record.version < rules.epoch() || (rules.by_month() && month > record.month);
    if (overrides != nullptr || holds != nullptr || lots != nullptr || due) {
        room = settled(record, holds, lots, overrides, now, rules);
        return room.record;
    }
    const std::uint8_t tier = rules.tier_of(record);
    if (month <= record.month && tier == record.tier) return record;
    room.record = record;
    if (month > record.month) {
        Bases bases = Bases::of(record);
        bases.advance(month, rules.period_months());
        bases.put(room.record);
    }
    room.record.tier = tier;
    return room.record;
}

/// One customer, looked at no more closely than the questions ask.
class Segment::Look {
  public:
    Look(const Segment& segment, const ProgramState& program, CustomerId customer, const Asked& asked,
         PointsDraft& room)
        : segment_(segment),
          program_(program),
          customer_(customer),
          asked_(asked),
          record_(program.customers.at(customer.value)),
          room_(room) {}

    const Rules& rules() const { return asked_.current; }
    model::Instant now() const { return asked_.now; }
    const CustomerRecord& record() const { return record_; }
    const CustomerRecord& settled() {
        if (settled_ == nullptr)
            settled_ = &settled_for_segment(program_, customer_, rules(), now(), asked_.month,
                                            segment_.by_lots_, room_);
        return *settled_;
    }
    model::Points pending() {
        if ((record_.flags & kRecordHasLots) == 0) return {};
        settled();
        return room_.lots.pending();
    }
    const Classified& classified() const {
        static constexpr Classified kNothing{};
        return record_.is_classified() ? program_.classified_of(customer_) : kNothing;
    }
    const ReferralEntry* referral() const {
        return (record_.flags & kRecordHasReferral) == 0 ? nullptr : program_.referral(customer_);
    }

  private:
    const Segment& segment_;
    const ProgramState& program_;
    const CustomerId customer_;
    const Asked asked_;
    const CustomerRecord& record_;
    const CustomerRecord* settled_ = nullptr;
    PointsDraft& room_;
};

bool Segment::answer(const Step& step, Look& look) const {
    const auto in_range = [&](std::int64_t figure) { return figure >= step.low && figure <= step.high; };
    const auto in_mask = [&](auto number) {
        return (step.mask >> static_cast<std::size_t>(number) & 1) != 0;
    };
    const auto one_of = [&](CustomerId customer) {
        return std::find(customers_.begin() + step.set_begin, customers_.begin() + step.set_end, customer) !=
               customers_.begin() + step.set_end;
    };
    const auto text_of = [&](const Text& text) {
        return std::find(texts_.begin() + step.set_begin, texts_.begin() + step.set_end, text) !=
               texts_.begin() + step.set_end;
    };
    using enum model::SegmentField;
    switch (step.field) {
        case status:
            return in_mask(rules_->classes().status(look.settled(), look.classified()));
        case source:
            return sources_[step.set_begin].test(look.classified().source);
        case channel:
            return text_of(look.classified().channel);
        case staff:
            return text_of(look.classified().staff);
        case nature:
            return (look.classified().natures & step.mask) != 0;
        case type:
            return (look.classified().types & step.mask) != 0;
        case item:
            return (look.classified().items & step.mask) != 0;
        case tier: {
            const std::uint8_t held = look.settled().tier;
            const auto own = &look.rules() == rules_ ? held : rules_->index_of(look.rules(), held);
            return own && in_mask(*own);
        }
        case customer_class:
            return in_mask(look.settled().customer_class());
        case birthday:
            return in_mask(look.classified().birthday.month);
        case bought:
            return look.record().orders > 0 &&
                   look.record().last_order_at.get().value >=
                       (look.now() == now_
                            ? step.low
                            : months_before(rules_->calendar(), look.now(), step.months).value);
        case orders:
            return in_range(look.record().orders);
        case points:
            return in_range(look.settled().points.value);
        case held:
            return in_range(look.settled().held.value);
        case spendable: {
            const CustomerRecord& record = look.settled();
            if ((record.flags & kRecordBlocked) != 0) return in_range(0);
            return in_range(
                core::spendable(record.points, record.held, look.rules().keep_points(record.tier)).value);
        }
        case pending:
            return in_range(look.pending().value);
        case ranking_points:
            return in_range(look.record().ranking_points.value);
        case spend:
            return in_range(look.record().lifetime_spend.value);
        case month_spend:
            return in_range(look.settled().month_spend().value);
        case closed_month_spend:
            return in_range(look.settled().closed_month_spend().value);
        case period_spend:
            return in_range(look.settled().period_spend().value);
        case vip:
            return one_of(look.record().vip());
        case referrer: {
            const ReferralEntry* const entry = look.referral();
            const CustomerId by = entry == nullptr ? CustomerId{} : entry->referrer;
            return step.set_begin == step.set_end ? by.value != 0 : one_of(by);
        }
        case brought: {
            const ReferralEntry* const entry = look.referral();
            return in_range(entry == nullptr ? 0 : static_cast<std::int64_t>(entry->brought.size()));
        }
    }
    return false;
}

bool Segment::has(const ProgramState& program, CustomerId customer, PointsDraft& room) const {
    return has(program, customer, {*rules_, now_, month_}, room);
}

bool Segment::has(const ProgramState& program, CustomerId customer, const Asked& asked,
                  PointsDraft& room) const {
    Look look(*this, program, customer, asked, room);
    std::uint16_t step = begin_;
    while (step < kFails)
        step = answer(steps_[step], look) ? steps_[step].if_true : steps_[step].if_false;
    return step == kMeets;
}

}  // namespace tim::core
