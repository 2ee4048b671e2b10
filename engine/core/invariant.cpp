#include "engine/core/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace tim::core {

void broken_invariant(std::string_view condition, std::string_view meaning, std::source_location where) {
    std::fprintf(stderr, "broken invariant: %.*s (%.*s) at %s:%u\n", static_cast<int>(meaning.size()),
                 meaning.data(), static_cast<int>(condition.size()), condition.data(), where.file_name(),
                 where.line());
    std::fflush(stderr);
    std::abort();
}

}  // namespace tim::core
