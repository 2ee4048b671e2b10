// What the engine does for Identity: finds customers and their newest passwords, and records new ones.
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

IdentityHooks EngineImpl::identity_hooks() {
    IdentityHooks hooks;
    hooks.resolve = [this](const core::ProgramState& program, const model::CustomerRef& customer) {
        return resolve_customer(program, customer);
    };
    hooks.execute = [this](const model::Command& command) -> Result<model::Outcome> {
        model::Outcome outcome;
        execute({&command, 1}, {&outcome, 1}, Follows::nothing);
        if (!wait_durable(outcome.depends_on)) return model::failure(model::ErrorKind::io, "a commit failed");
        return outcome;
    };
    hooks.secret = [this](model::ProgramId program, model::CustomerId customer) {
        return secret_of(program, customer);
    };
    hooks.newest_password = [this](model::Subject customer) {
        std::optional<model::Bytes> newest;
        const std::uint64_t fingerprint = state_.hashing.password_of(customer);
        visit_candidates(fingerprint, candidates(fingerprint), [&](const storage::StoredFact& stored) {
            if (stored.fact.type != model::FactType::password_set || stored.fact.subject != customer)
                return false;
            newest = stored.blob;
            return true;
        });
        return newest;
    };
    return hooks;
}

}  // namespace tim::runtime
