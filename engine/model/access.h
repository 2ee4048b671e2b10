#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::model {

/// What a key of access may do; protocol/PROTOCOL.md says it message by message. A checkout's key is not a
/// till's and more: it lives in a web shop, and cannot make points.
enum class Role : std::uint8_t {
    pos = 1,             ///< enrol, sell, take goods back, redeem, ask for balances
    checkout = 2,        ///< enrol, ask for balances, hold, capture, release, redeem
    admin = 3,           ///< everything, in the programs that the key may touch
    member_service = 4,  ///< behind the pages and apps on which members look after themselves
    staff = 5,           ///< the shop's own people: all about customers, and no figures out of nothing
    auditor = 6,         ///< reads all but people's names, and changes nothing
};

/// All of them, in the order of their numbers.
inline constexpr std::array kRoles{Role::pos,   Role::checkout, Role::admin, Role::member_service,
                                   Role::staff, Role::auditor};

inline constexpr std::size_t kMaxAccessKeyIdBytes = 32;

/// "pos", "checkout", "admin", "member-service", "staff", "auditor"; "unknown" for a value that is none of
/// them.
std::string_view role_name(Role role);

/// Reads a role by its name.
Result<Role> parse_role(std::string_view text);

/// Whether `text` can name a key of access: 1–32 characters of [a-z0-9._-].
bool is_access_key_id(std::string_view text);

/// What the server keeps of a key of access, in the manner of SCRAM-SHA-256 (RFC 5802, RFC 7677): enough to
/// check a proof, not enough to make one.
struct AccessKey {
    std::string id;  ///< public name of the key, 1–32 characters of [a-z0-9._-]
    Role role = Role::pos;
    std::vector<std::string> programs;  ///< ids of the programs it may touch; empty means all
    std::array<std::uint8_t, 16> salt{};
    std::uint32_t iterations = 0;
    std::array<std::uint8_t, 32> stored_key{};
    std::array<std::uint8_t, 32> server_key{};
    bool revoked = false;
    Instant expires = kNoInstant;  ///< by the wall clock: from then on it lets nobody in; none: never
    /// Keys are numbered from 1 in the order in which they were added: the ledger names by it who did what.
    /// 0: the engine numbers it.
    std::uint32_t number = 0;

    /// Whether it lets its holder do anything at an instant of the wall clock.
    bool valid_at(Instant now) const { return !revoked && (expires == kNoInstant || now < expires); }
};

}  // namespace tim::model
