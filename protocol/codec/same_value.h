#pragma once

namespace tim::codec {

/// Whether a value of the schema and one of the model are the same number: casts between their enumerations
/// rely on it, and assert it.
template <class Schema, class Model>
constexpr bool same_value(Schema a, Model b) {
    return static_cast<unsigned>(a) == static_cast<unsigned>(b);
}

}  // namespace tim::codec
