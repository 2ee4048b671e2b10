#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <optional>
#include <string>

#include "engine/model/fact.h"

namespace tim::runtime {

/// Folds where vouchers stand, from the ledger's facts in order, for `verify`. A voucher is issued right
/// behind a customer's fact that gives it; each fact that moves it is followed by one of the voucher's own
/// that says where it stands, follows the one before it, and could do so from there.
///
/// Memory: an entry of 16 bytes for each voucher that was moved (19 to 38 bytes with the table's spare
/// slots). One thread.
class VoucherFold {
  public:
    /// The next fact of the ledger; a sentence when it does not follow from those before it.
    std::optional<std::string> add(const model::Fact& fact, model::Sequence sequence);

    /// Calls `visit(voucher, newest)` for each that was moved: the sequences of its issue and of the fact
    /// that says where it stands.
    template <class Visit>
    void visit(Visit&& visit) const {
        for (const auto& [voucher, state] : vouchers_)
            visit(model::Sequence{voucher}, model::Sequence{state >> kPhaseBits});
    }

  private:
    static constexpr int kPhaseBits = 3;

    absl::flat_hash_map<std::uint64_t, std::uint64_t> vouchers_;  // newest fact and phase, by the issue
    model::Fact before_;                                          // the newest fact
};

}  // namespace tim::runtime
