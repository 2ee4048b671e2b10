#include "engine/model/order.h"

#include <gtest/gtest.h>

namespace tim::model {
namespace {

TEST(OrderTexts, AreReadAsTheyWereWritten) {
    const OrderTexts none;
    const OrderTexts all{"đang giao", std::string(kMaxOrderTextBytes, 'x'), "7K3M9QXWTB2C"};
    for (const OrderTexts& texts : {none, all, OrderTexts{"", "GHN1", ""}}) {
        const auto read = decode_order_texts(encode_order_texts(texts));
        ASSERT_TRUE(read);
        EXPECT_EQ(*read, texts);
    }
}

TEST(OrderTexts, AreRefusedWhenSomethingIsMissingOrLeft) {
    const std::string bytes = encode_order_texts({"a", "bc", "d"});
    for (std::size_t length = 0; length < bytes.size(); ++length)
        EXPECT_FALSE(decode_order_texts(bytes.substr(0, length))) << length;
    EXPECT_FALSE(decode_order_texts(bytes + "e"));
    EXPECT_FALSE(decode_order_texts(std::string(1, static_cast<char>(65)) + std::string(70, 'x')))
        << "longer than any text is";
}

TEST(OrderTexts, WhatIsNotSaidStays) {
    const OrderTexts before{"mới", "GHN1", "CODE"};
    EXPECT_EQ(changed(before, {}), before);
    OrderTerms terms;
    terms.status = "đang giao";
    EXPECT_EQ(changed(before, terms), (OrderTexts{"đang giao", "GHN1", "CODE"}));
    terms.status = "";
    terms.waybill = "GHN2";
    EXPECT_EQ(changed(before, terms), (OrderTexts{"", "GHN2", "CODE"}));
}

TEST(OrderTexts, AreSaidInALine) {
    EXPECT_EQ(say_order_texts({}), "");
    EXPECT_EQ(say_order_texts({"mới", "", ""}), "status mới");
    EXPECT_EQ(say_order_texts({"mới", "GHN1", "CODE"}), "status mới, waybill GHN1, referral code CODE");
}

TEST(OrderPhases, HaveNames) {
    EXPECT_EQ(order_phase_name(OrderPhase::placed), "placed");
    EXPECT_EQ(order_phase_name(OrderPhase::completed), "completed");
    EXPECT_EQ(order_phase_name(OrderPhase::cancelled), "cancelled");
    EXPECT_EQ(order_phase_name(static_cast<OrderPhase>(9)), "unknown");
}

}  // namespace
}  // namespace tim::model
