#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/hashing.h"
#include "engine/model/quantity.h"

namespace tim::core {

// A referral code is its sale's sequence and 13 bits that must be zero, permuted with the engine's secret:
// twelve characters, of which one in eight thousand guesses is a code at all. Codes take no memory, and
// nobody without the secret can tell one from another or make one.

inline constexpr std::size_t kReferralCodeLength = 12;

/// The code of a program's sale, of capital letters and digits without look-alikes (no I, L, O, U).
std::string referral_code(const Hashing& hashing, model::ProgramId program, model::Sequence sale);

/// The sale of a code as people type it: small letters, blanks and dashes, O for 0, I and L for 1 are taken;
/// nothing when it is no code of the program. Whether there is such a sale is another question.
std::optional<model::Sequence> read_referral_code(const Hashing& hashing, model::ProgramId program,
                                                  std::string_view text);

}  // namespace tim::core
