#include "engine/model/order.h"

#include <array>

namespace tim::model {

std::string_view order_phase_name(OrderPhase phase) {
    switch (phase) {
        case OrderPhase::none:
            return "none";
        case OrderPhase::placed:
            return "placed";
        case OrderPhase::completed:
            return "completed";
        case OrderPhase::cancelled:
            return "cancelled";
    }
    return "unknown";
}

OrderTexts changed(OrderTexts texts, const OrderTerms& terms) {
    if (terms.status) texts.status = *terms.status;
    if (terms.waybill) texts.waybill = *terms.waybill;
    if (!terms.referral.empty()) texts.referral = terms.referral;
    return texts;
}

std::string say_order_texts(const OrderTexts& texts) {
    std::string line;
    const auto say = [&line](const char* what, const std::string& text) {
        if (text.empty()) return;
        line += (line.empty() ? "" : ", ") + std::string(what) + " " + text;
    };
    say("status", texts.status);
    say("waybill", texts.waybill);
    say("referral code", texts.referral);
    return line;
}

std::string encode_order_texts(const OrderTexts& texts) {
    static_assert(kMaxOrderTextBytes <= UINT8_MAX, "a text's length is a byte");
    std::string bytes;
    for (const std::string* text : {&texts.status, &texts.waybill, &texts.referral}) {
        bytes += static_cast<char>(static_cast<unsigned char>(text->size()));
        bytes += *text;
    }
    return bytes;
}

Result<OrderTexts> decode_order_texts(std::string_view bytes) {
    OrderTexts texts;
    for (std::string* text : {&texts.status, &texts.waybill, &texts.referral}) {
        const std::size_t length = bytes.empty() ? SIZE_MAX : static_cast<unsigned char>(bytes.front());
        if (length > kMaxOrderTextBytes || bytes.size() - 1 < length)
            return failure(ErrorKind::corrupt, "the texts of an order cannot be read");
        *text = bytes.substr(1, length);
        bytes.remove_prefix(1 + length);
    }
    if (!bytes.empty()) return failure(ErrorKind::corrupt, "the texts of an order cannot be read");
    return texts;
}

}  // namespace tim::model
