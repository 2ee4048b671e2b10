#include <fmt/format.h>

#include "engine/runtime/explain_told.h"

namespace tim::runtime {

using model::Fact;
using model::FactType;

void explain_order(const Told& told, Lines& lines) {
    const Fact& fact = told.fact();
    const auto say = [&](std::string sentence) { lines.push_back(told.bare_line(std::move(sentence))); };
    switch (fact.type) {
        case FactType::order_placed:
            return say(fmt::format("An order of {} is placed; it earns when it is completed.",
                                   told.money(fact.amount)));
        case FactType::order_updated:
            return say(fmt::format("The order is changed: it is of {}.", told.money(fact.amount)));
        case FactType::order_cancelled:
            return say(
                fmt::format("The order of {} is cancelled: it earns nothing.", told.money(fact.amount)));
        default: {
            const auto texts = model::decode_order_texts(told.text());
            const std::string said = texts ? model::say_order_texts(*texts) : std::string();
            say(fmt::format("The order is {}{}{}.", model::order_phase_name(fact.order.phase),
                            said.empty() ? "" : ": ", said));
        }
    }
}

}  // namespace tim::runtime
