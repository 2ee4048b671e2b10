#pragma once

#include <absl/container/inlined_vector.h>

#include "engine/core/state.h"

namespace tim::core {

/// One thing that time has done to a wallet.
struct WalletStep {
    model::Instant at{};
    model::Month month{};    ///< that has begun by then
    model::Money matured{};  ///< has become available, or:
    model::Money payout{};   ///< > 0: is due to be paid out
};

using WalletSteps = absl::InlinedVector<WalletStep, 4>;

/// What time has done by an instant, in order: at each month's beginning under rules that pay out monthly,
/// what is available (with what matured by then) is due to be paid out when it reaches the minimum; with
/// `matures`, what is due by `until` becomes available.
WalletSteps wallet_steps(const ProgramState& program, const Wallet& wallet, model::Instant until,
                         bool matures);

}  // namespace tim::core
