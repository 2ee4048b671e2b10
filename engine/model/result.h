#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace tim::model {

/// What kind of failure an Error is: a caller can act on each differently. Refusals of commands are not
/// errors; they are values of their own (refusal.h).
enum class ErrorKind : std::uint8_t {
    invalid,      ///< the input is wrong; the message says what and where
    not_found,    ///< what was asked for does not exist
    corrupt,      ///< stored bytes fail their checksum or their format is unknown
    io,           ///< the operating system or LMDB refused
    full,         ///< no space is left on the disk or in the map
    busy,         ///< another process or thread holds it
    unavailable,  ///< the peer cannot be reached
    denied,       ///< the peer did not prove who it is, or may not do this
};

/// A failure of the environment or of an input, with a sentence for people.
struct Error {
    ErrorKind kind = ErrorKind::invalid;
    std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> failure(ErrorKind kind, std::string message) {
    return tl::unexpected<Error>(Error{kind, std::move(message)});
}

}  // namespace tim::model
