#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/model/access.h"
#include "protocol/codec/scram.h"

namespace tim::server::test {

inline codec::AccessSecret secret_of(const std::string& id) {
    std::array<std::uint8_t, 32> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(id.size() + i * 3);
    return {id, bytes};
}

/// Makes a key of access that `secret_of` proves.
inline model::AccessKey key_of(const std::string& id, model::Role role,
                               std::vector<std::string> programs = {}) {
    codec::Salt salt{};
    salt.fill(9);
    return *codec::make_access_key(secret_of(id), role, std::move(programs), salt);
}

}  // namespace tim::server::test
