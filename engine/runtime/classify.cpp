// What customers are classified by: its part of running rows.
#include <algorithm>

#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/explain_told.h"

namespace tim::runtime {

void EngineImpl::add_classes(const model::Command& command, core::FactWriter& facts) {
    const auto written = facts.facts();
    const auto fact = std::ranges::find(written, model::FactType::classified, &model::Fact::type);
    if (fact == written.end()) return;
    const core::ProgramState& program = *state_.program(fact->subject.program());
    const bool enrolls = command.enrollment != nullptr;
    const model::ClassifyTerms& terms = enrolls ? command.enrollment->classes : *command.class_terms;
    const core::Classified before =
        enrolls ? core::Classified{} : program.classified_of({fact->subject.id()});
    const auto after = core::classified(before, terms, program.version(fact->version).classes());
    TIM_INVARIANT(after, "what a customer is classified by was judged");
    static_assert(sizeof(core::Classified) <= core::kMaxReasonBytes,
                  "admission has made room for what a customer is classified by");
    fact->set_blob(buffer_.add_blob(std::as_bytes(std::span(&*after, 1))));
}

void explain_classified(const Told& told, Lines& lines) {
    const std::string text = told.text();
    const std::string said = say_classes(told.judged(), std::as_bytes(std::span(text)));
    lines.push_back(told.bare_line(said.empty() ? std::string("Nothing is known of the customer any more.")
                                                : fmt::format("The customer is known by: {}.", said)));
}

}  // namespace tim::runtime
