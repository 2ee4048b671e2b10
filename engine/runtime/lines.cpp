// Lines of goods between the ledger's bytes and the rules.
#include "engine/core/lines.h"

#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::FactType;
using storage::StoredFact;

void EngineImpl::read_lines(const StoredFact& reduced, core::SaleEvidence& sale) const {
    sale.lines = lines_of(sale.parts);
    if (sale.lines.empty()) return;
    sale.left = core::all_of(sale.lines, sale.sale.amount);
    if (reduced.blob.empty()) return;
    auto left = documents_.decode_lines_left(reduced.blob);
    if (!left) core::broken_invariant("documents.decode_lines_left", left.error().message);
    TIM_INVARIANT(left->quantities.size() == sale.lines.size(), "a return tells of its sale's lines");
    sale.left = std::move(*left);
}

std::vector<model::SaleLine> EngineImpl::lines_of(const std::vector<core::RecordedFact>& parts) const {
    for (const core::RecordedFact& part : parts) {
        if (part.fact.type != FactType::sale_lines) continue;
        auto lines = documents_.decode_sale_lines(part.blob);
        if (!lines) core::broken_invariant("documents.decode_sale_lines", lines.error().message);
        return std::move(*lines);
    }
    return {};
}

void EngineImpl::add_lines(const model::Command& command, const Evidence& evidence, core::FactWriter& facts) {
    const bool returns =
        command.kind == model::CommandKind::returned || command.kind == model::CommandKind::voided;
    for (model::Fact& fact : facts.facts()) {
        if (fact.type == FactType::sale_lines)
            fact.set_blob(buffer_.add_blob(documents_.encode(command.kind == model::CommandKind::claim
                                                                 ? evidence.claimed.lines
                                                                 : command.details->lines)));
        if (fact.type == FactType::receipt_reduced && returns && !evidence.sale->lines.empty())
            fact.set_blob(
                buffer_.add_blob(documents_.encode(core::return_terms(command, *evidence.sale).left)));
    }
}

}  // namespace tim::runtime
