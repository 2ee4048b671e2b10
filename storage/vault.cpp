#include "storage/vault.h"

#include <algorithm>
#include <string>

namespace tim::storage {

Result<void> check_vault_keys(model::CustomerId first, std::span<const SecretKey> keys) {
    if (first.value == 0 || first.value > model::kMaxCustomerId ||
        keys.size() > model::kMaxCustomerId - first.value + 1) {
        return model::failure(model::ErrorKind::invalid, "keys for customers " + std::to_string(first.value) +
                                                             " on: a customer's id is 1 to " +
                                                             std::to_string(model::kMaxCustomerId));
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (std::ranges::all_of(keys[i], [](std::uint8_t byte) { return byte == 0; })) {
            return model::failure(model::ErrorKind::invalid,
                                  "the key of customer " + std::to_string(first.value + i) + " is all zeros");
        }
    }
    return {};
}

}  // namespace tim::storage
