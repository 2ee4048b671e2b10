#include "tools/tim/request_id.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace tim::cli {

model::Name request_id_of(std::string_view words) {
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> hash{};
    SHA256(reinterpret_cast<const std::uint8_t*>(words.data()), words.size(), hash.data());
    std::array<std::uint8_t, model::kRequestIdBytes> id{};
    std::copy_n(hash.begin(), id.size(), id.begin());
    id[0] |= 1;
    return model::Name::request(id);
}

}  // namespace tim::cli
