#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::model {

/// By what a customer is named.
enum class KeyKind : std::uint8_t {
    none = 0,   ///< no customer: an anonymous sale
    id = 1,     ///< the engine's dense id
    phone = 2,  ///< E.164
    email = 3,  ///< case-folded
    card = 4,   ///< card or customer code, as the shop writes it
};

inline constexpr std::size_t kMaxCardBytes = 64;
inline constexpr std::size_t kMaxEmailBytes = 254;
inline constexpr std::size_t kMaxKeysPerCustomer = 8;

/// "phone", "email", "card", "id"; "" for none.
std::string_view key_kind_name(KeyKind kind);

/// A customer's key in normal form: two spellings of the same phone are the same Key.
struct Key {
    KeyKind kind = KeyKind::none;
    std::string text;

    friend auto operator<=>(const Key&, const Key&) = default;
};

/// Brings a key into normal form or says what is wrong with it.
///   phone  E.164: `+` and 8 to 15 digits; blanks, dots, dashes and brackets are dropped, `00` counts as `+`
///   email  one `@`, a dot in the domain; ASCII letters are folded to lower case
///   card   1 to 64 printable ASCII bytes without blanks, kept as it is
Result<Key> normalize_key(KeyKind kind, std::string_view text);

/// As `normalize_key`, without allocating: the hot path's way. Returns `text` itself where it is in normal
/// form (what is copied and read again at once waits for its own stores), else what was written to `buffer`,
/// which holds at least `kMaxEmailBytes`; nothing when the key is not a valid one.
std::string_view normalize_key_into(KeyKind kind, std::string_view text, char* buffer);

/// A customer as a command names one: a key, or the dense id.
struct CustomerRef {
    KeyKind kind = KeyKind::none;
    CustomerId id{};  ///< for KeyKind::id
    std::string_view
        text;  ///< for the other kinds, as sent; the bytes live as long as the batch they came in
};

/// Reads `phone:+84…`, `email:…`, `card:…` or `id:42`. The text of the result points into `text`.
Result<CustomerRef> parse_customer(std::string_view text);

}  // namespace tim::model
