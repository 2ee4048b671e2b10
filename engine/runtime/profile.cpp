#include "engine/runtime/profile.h"

#include "engine/runtime/seal.h"

namespace tim::runtime {

model::Result<model::Profile> open_profile(const storage::Vault& vault,
                                           const model::DocumentFormat& documents, model::ProgramId program,
                                           model::CustomerId customer, model::BytesView enrollment) {
    const auto key = vault.get(program, customer);
    if (!key && key.error().kind == model::ErrorKind::not_found) return model::Profile{};
    if (!key) return tl::unexpected(key.error());
    const auto record = documents.decode_enrollment(enrollment);
    if (!record) return tl::unexpected(record.error());
    if (record->sealed_profile.empty()) return model::Profile{};  // erased, and the key not destroyed yet
    const auto plain = unseal(*key, record->sealed_profile);
    if (!plain) return tl::unexpected(plain.error());
    return documents.decode_profile(*plain);
}

}  // namespace tim::runtime
