#include "engine/core/record.h"

namespace tim::core {

MonthFigures settle_month(const MonthFigures& figures, model::Month now) {
    if (now <= figures.month) return figures;
    const bool next = now.value == figures.month.value + 1;
    return {now, {}, next ? figures.spend : model::Money{}};
}

std::optional<MonthFigures> post_to_month(const MonthFigures& figures, model::Month posted,
                                          model::Money amount) {
    MonthFigures result = settle_month(figures, posted);
    if (posted == result.month) {
        const auto spend = checked_add(result.spend, amount);
        if (!spend) return std::nullopt;
        result.spend = *spend;
    } else if (posted.value + 1 == result.month.value) {
        const auto closed = checked_add(result.closed_spend, amount);
        if (!closed) return std::nullopt;
        result.closed_spend = *closed;
    }
    return result;
}

}  // namespace tim::core
