// What customers are classified by, to messages and back.
#include <gtest/gtest.h>

#include "protocol/codec/messages.h"

namespace tim::codec {
namespace {

model::Result<model::ClassifyTerms> through(const schema::ClassChangeT& change) {
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(schema::CreateClassChange(builder, &change));
    return decode_class_change(*flatbuffers::GetRoot<schema::ClassChange>(builder.GetBufferPointer()));
}

TEST(Classes, AChangeComesOutAsItWentIn) {
    model::ClassifyTerms terms;
    EXPECT_EQ(*through(to_schema(terms)), terms);
    terms.status = model::CustomerStatus::prospect;
    terms.staff = "NV01";
    terms.source = "facebook";
    terms.channel = "tet-2027";
    terms.birthday = model::Birthday{2, 29};
    terms.natures.add = {"wholesale", "retail"};
    terms.types.drop = {"cafe"};
    terms.items.add = {"tea"};
    terms.items.drop = {"coffee"};
    EXPECT_EQ(*through(to_schema(terms)), terms);
    for (auto* text : {&terms.staff, &terms.source, &terms.channel})
        *text = "";
    terms.birthday = model::Birthday{};
    EXPECT_EQ(*through(to_schema(terms)), terms) << "what is taken back";
}

TEST(Classes, FaultsNameTheirField) {
    const auto fault = [](const std::function<void(schema::ClassChangeT&)>& change) {
        schema::ClassChangeT row;
        change(row);
        const auto result = through(row);
        return result ? "no fault" : result.error().message;
    };
    EXPECT_EQ(fault([](auto& row) { row.status = "good"; }), "status: \"good\" is no status of a customer");
    EXPECT_EQ(fault([](auto& row) { row.birthday = "02-30"; }), "birthday: \"02-30\" is no day as MM-DD");
    EXPECT_EQ(fault([](auto& row) { row.birthday = "5-17"; }), "birthday: \"5-17\" is no day as MM-DD");
    EXPECT_EQ(fault([](auto& row) {
                  row.staff = "NV01";
                  row.drop_staff = true;
              }),
              "staff: is given and dropped");
    EXPECT_EQ(fault([](auto& row) {
                  row.add_items = {"tea", std::string(600, 'x')};
              }),
              "add_items[1]: 600 bytes; a text has at most 512");
    EXPECT_EQ(fault([](auto& row) { row.drop_natures.assign(65, "x"); }),
              "drop_natures: 65 values; 64 are the most");
    EXPECT_EQ(fault([](auto& row) { row.channel = "a\nb"; }),
              "channel: is not UTF-8 text without control characters");
}

TEST(Classes, WhatACustomerIsComesOutAsItWentIn) {
    model::CustomerClasses classes;
    classes.status = model::CustomerStatus::vip;
    classes.staff = "NV01";
    classes.source = "self";
    classes.channel = "zalo";
    classes.natures = {"retail"};
    classes.items = {"tea", "beans"};
    classes.birthday = {12, 31};
    flatbuffers::FlatBufferBuilder builder;
    const schema::CustomerClassesT told = to_schema(classes);
    builder.Finish(schema::CreateCustomerClasses(builder, &told));
    EXPECT_EQ(to_model(*flatbuffers::GetRoot<schema::CustomerClasses>(builder.GetBufferPointer())), classes);
}

}  // namespace
}  // namespace tim::codec
