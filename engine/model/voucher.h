#pragma once

#include <cstdint>
#include <string_view>

#include "engine/model/quantity.h"

namespace tim::model {

/// Where a voucher, or the code of a gift, stands (rules.md, Vouchers and gifts). Values are part of the
/// ledger's format and of the protocol. That one has expired, or that a reservation has timed out, no fact
/// says: the clock does.
enum class VoucherPhase : std::uint8_t {
    none = 0,
    issued = 1,
    reserved = 2,   ///< for a checkout; one that has timed out stands as if it were issued
    used = 3,       ///< of a gift: handed out
    cancelled = 4,  ///< what it cost came back
    withdrawn = 5,  ///< the purchase that it came with came back whole
};

/// "issued", "reserved", "used", "cancelled", "withdrawn"; "none".
std::string_view voucher_phase_name(VoucherPhase phase);

/// Bytes of a code as it is typed.
inline constexpr std::size_t kMaxVoucherCodeBytes = 64;

/// What commands about rewards and vouchers name beside the customer.
struct RewardTerms {
    std::string_view reward{};   ///< redeem_reward: its id
    std::string_view voucher{};  ///< the others: a code, as typed
};

}  // namespace tim::model
