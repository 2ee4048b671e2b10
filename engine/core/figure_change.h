#pragma once

#include "engine/model/fact.h"

namespace tim::core {

/// What a fact adds to the sums of its subject's figures: whoever adds these up, fact by fact, has the
/// lifetime spend, the ranking points and the number of orders of every customer (points and what is held
/// stand in the fact as they are after it). Says in one place what `fold_figures` does to them.
struct FigureChange {
    model::Money spend{};
    model::Points ranking{};
    int orders = 0;

    friend bool operator==(const FigureChange&, const FigureChange&) = default;
};

/// Zeros for a fact of a subject that has no such figures.
FigureChange change_of(const model::Fact& fact);

}  // namespace tim::core
