#include "engine/core/customer_question.h"

#include <algorithm>
#include <charconv>

#include "engine/core/invariant.h"
#include "engine/core/segment.h"

namespace tim::core {

using model::Condition;
using model::ConditionKind;

namespace {

std::uint64_t mask_of(const Condition& condition, ClassList list, const Classes& classes) {
    std::uint64_t mask = 0;
    for (const std::string& value : condition.texts)
        if (const auto number = classes.known(list, value)) mask |= std::uint64_t{1} << *number;
    return mask;
}

/// Validation lets no other form through.
model::Result<model::CustomerId> read_id(std::string_view text) {
    constexpr std::string_view kById = "id:";
    model::CustomerId customer;
    text.remove_prefix(std::min(text.size(), kById.size()));
    std::from_chars(text.data(), text.data() + text.size(), customer.value);
    return customer;
}

std::shared_ptr<const Segment> segment_of(const Condition& condition, const Rules& rules) {
    const auto expression = model::parse_segment(condition.texts.front());
    TIM_INVARIANT(expression, "only validated programs are compiled");
    auto segment = Segment::compile(*expression, rules.classes(), rules, model::kNoInstant, read_id);
    TIM_INVARIANT(segment, "only validated programs are compiled");
    return std::make_shared<const Segment>(std::move(*segment));
}

bool answer(const CustomerQuestion& question, const AskedCustomer& asked) {
    const Classified& classified = asked.program.classified_of(asked.customer);
    switch (question.kind) {
        case ConditionKind::source_in:
            return question.sources.test(classified.source);
        case ConditionKind::nature_in:
            return (classified.natures & question.mask) != 0;
        case ConditionKind::type_in:
            return (classified.types & question.mask) != 0;
        case ConditionKind::item_in:
            return (classified.items & question.mask) != 0;
        case ConditionKind::birthday_month: {
            const int month = asked.current.calendar().month_of(asked.at).value % 12 + 1;  // from a January
            return (classified.birthday.month == month) == question.wanted;
        }
        default: {
            TIM_INVARIANT(question.kind == ConditionKind::segment && question.segment != nullptr,
                          "a question of another kind asks for a segment");
            PointsDraft room;
            const model::Month month = asked.current.calendar().month_of(asked.now);
            return question.segment->has(asked.program, asked.customer, {asked.current, asked.now, month},
                                         room);
        }
    }
}

}  // namespace

CustomerQuestion compile_question(const Condition& condition, const Rules& rules) {
    CustomerQuestion question;
    question.kind = condition.kind;
    question.wanted = condition.wanted;
    const Classes& classes = rules.classes();
    switch (condition.kind) {
        case ConditionKind::source_in:
            for (const std::string& value : condition.texts)
                if (const auto number = classes.known(ClassList::sources, value))
                    question.sources.set(*number + 1U);
            break;
        case ConditionKind::nature_in:
            question.mask = mask_of(condition, ClassList::natures, classes);
            break;
        case ConditionKind::type_in:
            question.mask = mask_of(condition, ClassList::types, classes);
            break;
        case ConditionKind::item_in:
            question.mask = mask_of(condition, ClassList::items, classes);
            break;
        case ConditionKind::segment:
            question.segment = segment_of(condition, rules);
            break;
        default:
            break;
    }
    return question;
}

std::uint32_t answers_of(std::span<const CustomerQuestion> questions, const AskedCustomer& asked) {
    static_assert(model::kMaxCustomerConditions <= 32, "a fact has a bit for each answer");
    std::uint32_t answers = 0;
    for (std::size_t i = 0; i < questions.size(); ++i)
        if (answer(questions[i], asked)) answers |= std::uint32_t{1} << i;
    return answers;
}

}  // namespace tim::core
