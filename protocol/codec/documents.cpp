#include "protocol/codec/documents.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "protocol/codec/limits.h"

namespace tim::codec {

namespace {

using model::Bytes;
using model::BytesView;
using model::ErrorKind;
using model::failure;

constexpr int kMaxKeyKind = static_cast<int>(model::KeyKind::card);

template <class Build>
Bytes encode_with(Build build) {
    flatbuffers::FlatBufferBuilder builder;
    builder.ForceDefaults(true);
    builder.Finish(build(builder));
    const auto* bytes = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
    return {bytes, bytes + builder.GetSize()};
}

/// Verifies a document and hands its table to `take`. Bytes out of a ledger may stand at any address, so they
/// are copied to an aligned one first.
template <class Table, class Take>
auto decode_with(BytesView bytes, const char* what, Take take)
    -> decltype(take(std::declval<const Table&>())) {
    if (bytes.size() > kMaxProgramBytes)
        return failure(ErrorKind::corrupt, fmt::format("{}: {} bytes are too many", what, bytes.size()));
    std::vector<std::uint64_t> aligned((bytes.size() + 7) / 8);
    if (!bytes.empty()) std::memcpy(aligned.data(), bytes.data(), bytes.size());
    const auto* start = reinterpret_cast<const std::uint8_t*>(aligned.data());
    flatbuffers::Verifier verifier(start, bytes.size(), kMaxTableDepth, kMaxTables);
    if (bytes.empty() || !verifier.VerifyBuffer<Table>())
        return failure(ErrorKind::corrupt, fmt::format("{}: the stored bytes are not one", what));
    return take(*flatbuffers::GetRoot<Table>(start));
}

template <class Array>
bool copy_exactly(const flatbuffers::Vector<std::uint8_t>& from, Array& to) {
    if (from.size() != to.size()) return false;
    std::copy(from.begin(), from.end(), to.begin());
    return true;
}

}  // namespace

std::unique_ptr<schema::AccessKeyT> to_schema(const model::AccessKey& key) {
    auto table = std::make_unique<schema::AccessKeyT>();
    table->id = key.id;
    table->role = static_cast<schema::Role>(key.role);
    table->programs = key.programs;
    table->salt.assign(key.salt.begin(), key.salt.end());
    table->iterations = key.iterations;
    table->stored_key.assign(key.stored_key.begin(), key.stored_key.end());
    table->server_key.assign(key.server_key.begin(), key.server_key.end());
    table->revoked = key.revoked;
    table->expires_ms = key.expires.value;
    table->number = key.number;
    return table;
}

model::Result<model::AccessKey> to_model(const schema::AccessKey& table) {
    model::AccessKey key;
    key.id = table.id()->str();
    if (!model::is_access_key_id(key.id))
        return failure(ErrorKind::invalid, "key.id: cannot name an access key");
    if (table.role() == schema::Role::none || table.role() > schema::Role::MAX)
        return failure(ErrorKind::invalid,
                       fmt::format("key.role: {} is no role", static_cast<unsigned>(table.role())));
    key.role = static_cast<model::Role>(table.role());
    if (table.programs() != nullptr) {
        if (table.programs()->size() > kMaxProgramsPerAccessKey)
            return failure(ErrorKind::invalid,
                           fmt::format("key.programs: has {} entries; at most {} are allowed",
                                       table.programs()->size(), kMaxProgramsPerAccessKey));
        for (const auto* program : *table.programs()) {
            if (program->size() == 0 || program->size() > model::kMaxProgramIdBytes)
                return failure(ErrorKind::invalid, fmt::format("key.programs[{}]: cannot be a program's id",
                                                               key.programs.size()));
            key.programs.push_back(program->str());
        }
    }
    if (!copy_exactly(*table.salt(), key.salt) || !copy_exactly(*table.stored_key(), key.stored_key) ||
        !copy_exactly(*table.server_key(), key.server_key))
        return failure(ErrorKind::invalid, "key: salt, stored_key and server_key have 16, 32 and 32 bytes");
    key.iterations = table.iterations();
    key.revoked = table.revoked();
    key.expires = {table.expires_ms()};
    key.number = table.number();
    return key;
}

Bytes FlatDocuments::encode(const model::Program& program) const {
    return encode_with(
        [&](auto& builder) { return schema::CreateProgram(builder, to_schema(program).get()); });
}

Bytes FlatDocuments::encode(const model::AccessKey& key) const {
    return encode_with([&](auto& builder) { return schema::CreateAccessKey(builder, to_schema(key).get()); });
}

Bytes FlatDocuments::encode(const model::EnrollmentRecord& record) const {
    return encode_with([&](auto& builder) {
        const auto structs_of = [](const std::vector<model::KeyDigest>& from) {
            std::vector<schema::KeyDigest> digests;
            digests.reserve(from.size());
            for (const model::KeyDigest& digest : from)
                digests.emplace_back(digest.high, digest.low, static_cast<std::uint8_t>(digest.kind));
            return digests;
        };
        const auto digest_vector = builder.CreateVectorOfStructs(structs_of(record.digests));
        const auto sealed =
            builder.CreateVector(reinterpret_cast<const std::uint8_t*>(record.sealed_profile.data()),
                                 record.sealed_profile.size());
        flatbuffers::Offset<flatbuffers::Vector<const schema::KeyDigest*>> former = 0;
        if (!record.former.empty()) former = builder.CreateVectorOfStructs(structs_of(record.former));
        flatbuffers::Offset<flatbuffers::String> reason = 0;
        if (!record.reason.empty()) reason = builder.CreateString(record.reason);
        return schema::CreateEnrollmentRecord(builder, digest_vector, sealed, former, reason);
    });
}

Bytes FlatDocuments::encode(const model::Profile& profile) const {
    return encode_with([&](auto& builder) {
        std::vector<flatbuffers::Offset<schema::ProfileKey>> keys;
        keys.reserve(profile.keys.size());
        for (const model::Key& key : profile.keys) {
            const auto text = builder.CreateString(key.text);
            keys.push_back(schema::CreateProfileKey(builder, static_cast<std::uint8_t>(key.kind), text));
        }
        const auto key_vector = builder.CreateVector(keys);
        return schema::CreateProfile(builder, key_vector, builder.CreateString(profile.name));
    });
}

Bytes FlatDocuments::encode(const std::vector<model::SaleLine>& lines) const {
    return encode_with([&](auto& builder) {
        std::vector<flatbuffers::Offset<schema::SaleLine>> tables;
        tables.reserve(lines.size());
        for (const model::SaleLine& line : lines) {
            const auto sku = builder.CreateString(line.sku);
            const auto category = builder.CreateString(line.category);
            tables.push_back(schema::CreateSaleLine(builder, sku, line.quantity, line.price.value, category));
        }
        return schema::CreateSaleLines(builder, builder.CreateVector(tables));
    });
}

Bytes FlatDocuments::encode(const model::LinesLeft& left) const {
    return encode_with([&](auto& builder) {
        const auto quantities = builder.CreateVector(left.quantities);
        const auto returned = builder.CreateVector(left.returned);
        return schema::CreateLinesLeft(builder, quantities, returned, left.paid.value, left.worth.value);
    });
}

model::Result<model::Program> FlatDocuments::decode_program(BytesView bytes) const {
    return decode_with<schema::Program>(bytes, "program", [](const schema::Program& table) {
        auto program = to_model(table);
        if (!program) program.error().kind = ErrorKind::corrupt;
        return program;
    });
}

model::Result<model::AccessKey> FlatDocuments::decode_access_key(BytesView bytes) const {
    return decode_with<schema::AccessKey>(bytes, "access key", [](const schema::AccessKey& table) {
        auto key = to_model(table);
        if (!key) key.error().kind = ErrorKind::corrupt;
        return key;
    });
}

model::Result<model::EnrollmentRecord> FlatDocuments::decode_enrollment(BytesView bytes) const {
    return decode_with<schema::EnrollmentRecord>(
        bytes, "enrolment",
        [](const schema::EnrollmentRecord& table) -> model::Result<model::EnrollmentRecord> {
            model::EnrollmentRecord record;
            const auto read = [](const flatbuffers::Vector<const schema::KeyDigest*>& from,
                                 std::vector<model::KeyDigest>& into) -> model::Result<void> {
                // FlatBuffers' verifier does not look at the alignment of structs in vectors.
                if (reinterpret_cast<std::uintptr_t>(from.data()) % alignof(schema::KeyDigest) != 0)
                    return failure(ErrorKind::corrupt, "enrolment: digests are not aligned");
                for (const schema::KeyDigest* digest : from) {
                    if (digest->kind() > kMaxKeyKind)
                        return failure(ErrorKind::corrupt,
                                       fmt::format("enrolment: {} is no kind of key", digest->kind()));
                    into.push_back(
                        {digest->high(), digest->low(), static_cast<model::KeyKind>(digest->kind())});
                }
                return {};
            };
            if (auto digests = read(*table.digests(), record.digests); !digests)
                return tl::unexpected(digests.error());
            if (table.former() != nullptr) {
                if (auto former = read(*table.former(), record.former); !former)
                    return tl::unexpected(former.error());
            }
            if (table.reason() != nullptr) record.reason = table.reason()->str();
            const auto* sealed = reinterpret_cast<const std::byte*>(table.sealed_profile()->data());
            record.sealed_profile.assign(sealed, sealed + table.sealed_profile()->size());
            return record;
        });
}

model::Result<model::Profile> FlatDocuments::decode_profile(BytesView bytes) const {
    return decode_with<schema::Profile>(
        bytes, "profile", [](const schema::Profile& table) -> model::Result<model::Profile> {
            model::Profile profile;
            for (const schema::ProfileKey* key : *table.keys()) {
                if (key->kind() > kMaxKeyKind)
                    return failure(ErrorKind::corrupt,
                                   fmt::format("profile: {} is no kind of key", key->kind()));
                profile.keys.push_back({static_cast<model::KeyKind>(key->kind()), key->text()->str()});
            }
            if (table.name() != nullptr) profile.name = table.name()->str();
            return profile;
        });
}

model::Result<std::vector<model::SaleLine>> FlatDocuments::decode_sale_lines(BytesView bytes) const {
    using Lines = std::vector<model::SaleLine>;
    return decode_with<schema::SaleLines>(
        bytes, "lines", [](const schema::SaleLines& table) -> model::Result<Lines> {
            if (table.lines()->size() > model::kMaxSaleLines)
                return failure(ErrorKind::corrupt,
                               fmt::format("lines: {} are more than a sale has", table.lines()->size()));
            Lines lines;
            for (const schema::SaleLine* line : *table.lines()) {
                if (line->sku()->size() > model::kMaxSkuBytes ||
                    (line->category() != nullptr && line->category()->size() > model::kMaxCategoryBytes))
                    return failure(ErrorKind::corrupt, "lines: an SKU or category is too long");
                lines.push_back({line->sku()->str(),
                                 line->quantity(),
                                 {line->price()},
                                 line->category() == nullptr ? std::string() : line->category()->str()});
            }
            return lines;
        });
}

model::Result<model::LinesLeft> FlatDocuments::decode_lines_left(BytesView bytes) const {
    return decode_with<schema::LinesLeft>(
        bytes, "lines left", [](const schema::LinesLeft& table) -> model::Result<model::LinesLeft> {
            const auto& quantities = *table.quantities();
            const auto& returned = *table.returned();
            if (quantities.size() > model::kMaxSaleLines || quantities.size() != returned.size())
                return failure(ErrorKind::corrupt, "lines left: there are too many, or not a pair for each");
            return model::LinesLeft{{quantities.begin(), quantities.end()},
                                    {returned.begin(), returned.end()},
                                    {table.paid()},
                                    {table.worth()}};
        });
}

}  // namespace tim::codec
