#include "protocol/codec/documents.h"

#include <gmock/gmock.h>

#include <cstring>
#include <random>

#include "protocol/codec/program_json.h"

namespace tim::codec {
namespace {

using model::Bytes;
using model::ErrorKind;

const FlatDocuments kDocuments;

model::Program program() {
    auto result = parse_program_json(R"({
        "id": "shop", "name": "Cấp độ", "currency": "GBP", "time_zone": "Europe/London",
        "points": { "unit": "điểm", "earn": { "per_amount": "2.50", "points": 3 },
                    "redeem": { "points": 10, "value": "0.99" }, "below_zero": "clamp",
                    "late_days": 31, "return_days": 366 },
        "tiers": [ { "id": "a", "min": "0", "max": "99.99", "benefits": ["one", "hai"], "icon": "i" },
                   { "id": "b", "name": "B", "description": "d", "min": "100.00", "keep_points": 7 },
                   { "id": "c", "min": "200", "active": false } ] })",
                                     "p.json");
    EXPECT_TRUE(result) << result.error().message;
    return *result;
}

TEST(Documents, ProgramsComeBackAndGiveTheSameBytes) {
    const model::Program stored = program();
    const Bytes bytes = kDocuments.encode(stored);
    const auto read = kDocuments.decode_program(bytes);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(program_to_json(*read), program_to_json(stored));
    EXPECT_EQ(read->currency, stored.currency);
    EXPECT_EQ(read->points.redeem->value.value, 99);
    EXPECT_EQ(read->tiers[0].benefits, stored.tiers[0].benefits);
    EXPECT_FALSE(read->tiers[2].active);
    EXPECT_FALSE(read->tiers[2].max);
    EXPECT_EQ(kDocuments.encode(*read), bytes);
}

TEST(Documents, DefaultsAreSpeltOut) {
    model::Program plain = program();
    plain.points.late_days = 30;
    plain.points.below_zero = model::BelowZero::debt;
    const Bytes bytes = kDocuments.encode(plain);
    const auto* table = flatbuffers::GetRoot<schema::Program>(bytes.data());
    EXPECT_TRUE(flatbuffers::IsFieldPresent(table->points(), schema::PointsRules::VT_LATE_DAYS));
    EXPECT_TRUE(flatbuffers::IsFieldPresent(table->points(), schema::PointsRules::VT_BELOW_ZERO));
    EXPECT_TRUE(flatbuffers::IsFieldPresent(table->tiering(), schema::Tiering::VT_CRITERION));
    EXPECT_TRUE(flatbuffers::IsFieldPresent(table->tiers()->Get(0), schema::Tier::VT_ACTIVE));
}

TEST(Documents, LinesComeBackAndGiveTheSameBytes) {
    const std::vector<model::SaleLine> lines = {{"oolong-1", 2, {60'000}, "trà"}, {"cup", 1, {0}, ""}};
    const auto read = kDocuments.decode_sale_lines(kDocuments.encode(lines));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, lines);
    EXPECT_EQ(kDocuments.encode(*read), kDocuments.encode(lines));
    const model::LinesLeft left{{1, 0}, {1, 1}, {90'000}, {120'000}};
    const auto read_left = kDocuments.decode_lines_left(kDocuments.encode(left));
    ASSERT_TRUE(read_left) << read_left.error().message;
    EXPECT_EQ(*read_left, left);
    EXPECT_FALSE(kDocuments.decode_lines_left(kDocuments.encode(model::LinesLeft{{1}, {}, {}, {}})));
    EXPECT_FALSE(kDocuments.decode_sale_lines(
        kDocuments.encode(std::vector<model::SaleLine>(model::kMaxSaleLines + 1, lines[1]))));
    EXPECT_FALSE(kDocuments.decode_sale_lines({}));
    EXPECT_FALSE(kDocuments.decode_sale_lines(kDocuments.encode(left)));
}

TEST(Documents, TheLargestLinesFitTheirRoom) {
    const std::vector<model::SaleLine> lines(
        model::kMaxSaleLines,
        {std::string(model::kMaxSkuBytes, 'a'), 1, {1}, std::string(model::kMaxCategoryBytes, 'c')});
    EXPECT_LE(kDocuments.encode(lines).size(),
              64 + model::kMaxSaleLines * (model::kMaxSkuBytes + model::kMaxCategoryBytes + 64));
}

model::AccessKey access_key() {
    model::AccessKey key;
    key.id = "till-1";
    key.role = model::Role::checkout;
    key.programs = {"shop", "other"};
    key.salt.fill(1);
    key.iterations = 4096;
    key.stored_key.fill(2);
    key.server_key.fill(3);
    key.revoked = true;
    return key;
}

TEST(Documents, AccessKeysComeBack) {
    const model::AccessKey stored = access_key();
    const auto read = kDocuments.decode_access_key(kDocuments.encode(stored));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->id, stored.id);
    EXPECT_EQ(read->role, stored.role);
    EXPECT_EQ(read->programs, stored.programs);
    EXPECT_EQ(read->salt, stored.salt);
    EXPECT_EQ(read->iterations, stored.iterations);
    EXPECT_EQ(read->stored_key, stored.stored_key);
    EXPECT_EQ(read->server_key, stored.server_key);
    EXPECT_TRUE(read->revoked);
}

TEST(Documents, EnrolmentsAndProfilesComeBack) {
    const model::EnrollmentRecord record{{{1, 2, model::KeyKind::phone}, {3, 4, model::KeyKind::card}},
                                         {std::byte{5}, std::byte{6}, std::byte{7}}};
    const auto read = kDocuments.decode_enrollment(kDocuments.encode(record));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->digests, record.digests);
    EXPECT_EQ(read->sealed_profile, record.sealed_profile);
    const auto none = kDocuments.decode_enrollment(kDocuments.encode(model::EnrollmentRecord{}));
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->digests.empty() && none->sealed_profile.empty());
    const model::Profile profile{{{model::KeyKind::phone, "+84901234567"}, {model::KeyKind::email, "a@b.vn"}},
                                 "Lan"};
    const auto person = kDocuments.decode_profile(kDocuments.encode(profile));
    ASSERT_TRUE(person);
    EXPECT_EQ(person->keys, profile.keys);
    EXPECT_EQ(person->name, "Lan");
}

TEST(Documents, BytesAtAnyAddressAreRead) {
    const Bytes bytes = kDocuments.encode(access_key());
    Bytes shifted(bytes.size() + 8);
    for (std::size_t shift = 0; shift < 8; ++shift) {
        std::memcpy(shifted.data() + shift, bytes.data(), bytes.size());
        EXPECT_TRUE(kDocuments.decode_access_key(std::span(shifted).subspan(shift, bytes.size())));
    }
}

template <class Decode>
void expect_corrupt_or_whole(const Bytes& good, Decode decode) {
    for (std::size_t size = 0; size < good.size(); ++size) {
        const auto read = decode(std::span(good).first(size));
        if (!read) {
            EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
        }
    }
    EXPECT_FALSE(decode(model::BytesView()));
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        Bytes changed = good;
        changed[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        const auto read = decode(changed);
        if (!read) {
            EXPECT_EQ(read.error().kind, ErrorKind::corrupt);
            EXPECT_FALSE(read.error().message.empty());
        }
    }
    std::mt19937 random(3);
    for (int i = 0; i < 2'000; ++i) {
        Bytes noise(random() % 100);
        for (auto& byte : noise)
            byte = static_cast<std::byte>(random());
        (void)decode(noise);
    }
}

TEST(Documents, CorruptedBytesAreRefusedOrReadButNothingElse) {
    expect_corrupt_or_whole(kDocuments.encode(program()),
                            [](model::BytesView bytes) { return kDocuments.decode_program(bytes); });
    expect_corrupt_or_whole(kDocuments.encode(access_key()),
                            [](model::BytesView bytes) { return kDocuments.decode_access_key(bytes); });
    expect_corrupt_or_whole(
        kDocuments.encode(model::EnrollmentRecord{{{1, 2, model::KeyKind::phone}}, Bytes(40)}),
        [](model::BytesView bytes) { return kDocuments.decode_enrollment(bytes); });
    expect_corrupt_or_whole(
        kDocuments.encode(model::Profile{{{model::KeyKind::phone, "+84901234567"}}, "Lan"}),
        [](model::BytesView bytes) { return kDocuments.decode_profile(bytes); });
}

TEST(Documents, OneDocumentIsNoOther) {
    EXPECT_FALSE(kDocuments.decode_program(kDocuments.encode(access_key())));
    EXPECT_FALSE(kDocuments.decode_access_key(kDocuments.encode(model::Profile{})));
    EXPECT_FALSE(kDocuments.decode_enrollment(kDocuments.encode(access_key())));
}

TEST(Documents, AccessKeysFromAClientAreJudged) {
    const auto fault = [](auto change) {
        auto table = to_schema(access_key());
        change(*table);
        flatbuffers::FlatBufferBuilder builder;
        builder.Finish(schema::CreateAccessKey(builder, table.get()));
        const auto key = to_model(*flatbuffers::GetRoot<schema::AccessKey>(builder.GetBufferPointer()));
        return key ? "(read)" : key.error().message;
    };
    using Table = schema::AccessKeyT;
    EXPECT_EQ(fault([](Table&) {}), "(read)");
    EXPECT_EQ(fault([](Table& key) { key.id = "Till 1"; }), "key.id: cannot name an access key");
    EXPECT_EQ(fault([](Table& key) { key.role = schema::Role::none; }), "key.role: 0 is no role");
    EXPECT_EQ(fault([](Table& key) { key.role = static_cast<schema::Role>(7); }), "key.role: 7 is no role");
    EXPECT_EQ(fault([](Table& key) { key.programs[1] = ""; }), "key.programs[1]: cannot be a program's id");
    EXPECT_EQ(fault([](Table& key) { key.programs.assign(65, "shop"); }),
              "key.programs: has 65 entries; at most 64 are allowed");
    EXPECT_EQ(fault([](Table& key) { key.salt.pop_back(); }),
              "key: salt, stored_key and server_key have 16, 32 and 32 bytes");
}

}  // namespace
}  // namespace tim::codec
