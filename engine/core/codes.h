#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/core/hashing.h"
#include "engine/model/quantity.h"

namespace tim::core {

// A code is the sequence of a fact and 13 bits that tell what it is of, permuted with the engine's secret:
// twelve capital letters and digits without look-alikes (no I, L, O, U), of which one guess in eight thousand
// is a code of its kind at all. Codes take no memory, and nobody without the secret can tell one from another
// or make one. A referral code is never a voucher's, and the other way round.

inline constexpr std::size_t kCodeLength = 12;

/// The referral code of a program's sale.
std::string referral_code(const Hashing& hashing, model::ProgramId program, model::Sequence sale);

/// The sale of a code as people type it: small letters, blanks and dashes, O for 0, I and L for 1 are taken;
/// nothing when it is no code of the program. Whether there is such a sale is another question.
std::optional<model::Sequence> read_referral_code(const Hashing& hashing, model::ProgramId program,
                                                  std::string_view text);

/// The code of a voucher, or of a gift, by the fact that issued it.
std::string voucher_code(const Hashing& hashing, model::ProgramId program, model::Sequence issued);

/// As `read_referral_code`.
std::optional<model::Sequence> read_voucher_code(const Hashing& hashing, model::ProgramId program,
                                                 std::string_view text);

}  // namespace tim::core
