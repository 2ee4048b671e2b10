#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

// Web orders (S1.3, S2.2; rules.md, Orders): placed, then completed as a sale or cancelled; status and
// waybill code change in between.
namespace tim::model {

/// Where an order stands. Values are part of the ledger's format and of the protocol.
enum class OrderPhase : std::uint8_t { none = 0, placed = 1, completed = 2, cancelled = 3 };

/// "placed", "completed", "cancelled".
std::string_view order_phase_name(OrderPhase phase);

/// Bytes of an order's status, of its waybill code and of its referral code, each.
inline constexpr std::size_t kMaxOrderTextBytes = 64;

/// What people say of an order; the engine keeps it and looks at nothing but the code.
struct OrderTexts {
    std::string status;    ///< the shop's own words
    std::string waybill;   ///< mã vận đơn
    std::string referral;  ///< the code that was given as the order was placed; judged when it is completed

    friend bool operator==(const OrderTexts&, const OrderTexts&) = default;
};

/// What a command says of an order. What is not there stays as it is.
struct OrderTerms {
    std::optional<Money> amount;  ///< update, complete
    std::optional<std::string_view> status;
    std::optional<std::string_view> waybill;
    std::string_view referral{};  ///< place
};

/// The texts with what a command says of them.
OrderTexts changed(OrderTexts texts, const OrderTerms& terms);

/// The texts for people, in a line: "status đang giao, waybill VN123"; empty when nothing is said.
std::string say_order_texts(const OrderTexts& texts);

/// The texts as the blob of a fact: each as a byte of its length and its bytes. Every text fits.
std::string encode_order_texts(const OrderTexts& texts);

/// What `encode_order_texts` wrote; an error of kind `corrupt` for anything else.
Result<OrderTexts> decode_order_texts(std::string_view bytes);

}  // namespace tim::model
