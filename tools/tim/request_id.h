#pragma once

#include <string_view>

#include "engine/model/name.h"

namespace tim::cli {

/// The request id that follows from words: the first bytes of their SHA-256, never all zero. The same words
/// name the same request, in every process and for ever.
model::Name request_id_of(std::string_view words);

}  // namespace tim::cli
