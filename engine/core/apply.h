#pragma once

#include <functional>

#include "engine/core/state.h"
#include "engine/model/fact.h"

namespace tim::core {

/// Folds one fact into its subject, and only into that; returns the digest of the subject's state after it:
/// what a fact that was just decided takes as its `check`, and what one that is read back must have. Cannot
/// fail: a fact that contradicts the state it is applied to (another predecessor, other figures after it)
/// breaks an invariant and stops the process. The caller holds the subject's stripe.
[[nodiscard]] std::uint32_t apply(State& state, const model::Fact& fact, model::Sequence sequence,
                                  model::BytesView blob);

/// Enters what a fact is to be found by into the index of names: its own name, and the state that it moves
/// on.
void apply_names(State& state, const model::Fact& fact, model::Sequence sequence);

/// As `apply_names` for a fact whose name's fingerprint is at hand.
void apply_names(State& state, const model::Fact& fact, model::Sequence sequence, std::uint64_t fingerprint);

/// Whether a fact says who a customer is.
constexpr bool changes_keys(model::FactType type) {
    return type == model::FactType::enrolled || type == model::FactType::rekeyed ||
           type == model::FactType::erased;
}

/// The part of `enrolled`, `rekeyed` and `erased` that the index of keys keeps, under that index's lock;
/// without keys for which `is_included(digest)`. Applying the newest one again changes nothing.
void apply_keys(State& state, const model::Fact& fact, model::BytesView blob,
                const std::function<bool(const model::KeyDigest&)>& is_included = {});

/// The program in whose scope a fact's name is unique; commands about programs and keys of access share scope
/// 0.
inline model::ProgramId name_scope(model::Subject subject) {
    const bool shared =
        subject.kind() == model::SubjectKind::program || subject.kind() == model::SubjectKind::access;
    return shared ? model::ProgramId{} : subject.program();
}

}  // namespace tim::core
