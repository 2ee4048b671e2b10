#include "engine/model/access.h"

#include <fmt/format.h>
#include <algorithm>

namespace tim::model {

std::string_view role_name(Role role) {
    switch (role) {
        case Role::pos:
            return "pos";
        case Role::checkout:
            return "checkout";
        case Role::admin:
            return "admin";
        case Role::member_service:
            return "member-service";
        case Role::staff:
            return "staff";
        case Role::auditor:
            return "auditor";
    }
    return "unknown";
}

Result<Role> parse_role(std::string_view text) {
    for (const Role role : kRoles)
        if (text == role_name(role)) return role;
    return failure(
        ErrorKind::invalid,
        fmt::format("\"{}\" is not a role: pos, checkout, member-service, staff, admin or auditor", text));
}

bool is_access_key_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxAccessKeyIdBytes && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

}  // namespace tim::model
