#pragma once

#include "engine/model/documents.h"
#include "engine/model/result.h"
#include "storage/vault.h"

namespace tim::runtime {

/// Keys and name of a customer, as the blob of the enrolment has them sealed; an empty profile where the
/// person's key was destroyed: such a person has no name any more, and the figures stay. Any thread.
model::Result<model::Profile> open_profile(const storage::Vault& vault,
                                           const model::DocumentFormat& documents, model::ProgramId program,
                                           model::CustomerId customer, model::BytesView enrollment);

}  // namespace tim::runtime
