#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/state.h"
#include "engine/model/fact.h"
#include "engine/model/sale_line.h"
#include "engine/runtime/insight.h"
#include "storage/ledger.h"

namespace tim::runtime {

/// The facts of one command, without their blobs, and what a return's explanation needs beside them.
struct Transaction {
    std::vector<storage::StoredFact> facts;
    std::string name;                           ///< a receipt, or a request id
    const storage::StoredFact* sale = nullptr;  ///< that a return names
    model::Points earned_before{};              ///< by the sale, of what was left of it before the return
    std::vector<model::SaleLine> lines;         ///< of the sale, or of the one that a return names
    std::optional<model::LinesLeft> left;       ///< of those, by a return
};

/// Tells what every fact of a transaction did and by which rule: at the end of `lines`, whose points add up
/// to the facts'. Every type of fact has its explanation in one table in explain.cpp.
void explain_transaction(const core::ProgramState& program, const Transaction& transaction,
                         std::vector<ExplainedLine>& lines);

/// Whether the table has an explanation of its own for a type.
bool has_explanation(model::FactType type);

}  // namespace tim::runtime
