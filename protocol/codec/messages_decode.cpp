// Rows to commands: what a server does with what it reads.
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "protocol/codec/messages.h"
#include "protocol/codec/same_value.h"
#include "protocol/codec/text.h"

namespace tim::codec {

namespace {

using model::CommandKind;
using model::ErrorKind;
using model::failure;
using model::KeyKind;
using model::NameKind;
using Texts = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;

static_assert(same_value(schema::RowKind::balance, CommandKind::balance) &&
              same_value(schema::RowKind::sale, CommandKind::sale) &&
              same_value(schema::RowKind::returned, CommandKind::returned) &&
              same_value(schema::RowKind::voided, CommandKind::voided) &&
              same_value(schema::RowKind::redeem, CommandKind::redeem) &&
              same_value(schema::RowKind::hold, CommandKind::hold) &&
              same_value(schema::RowKind::capture, CommandKind::capture) &&
              same_value(schema::RowKind::release, CommandKind::release) &&
              same_value(schema::RowKind::adjust, CommandKind::adjust));
static_assert(same_value(schema::CustomerKind::none, KeyKind::none) &&
              same_value(schema::CustomerKind::id, KeyKind::id) &&
              same_value(schema::CustomerKind::phone, KeyKind::phone) &&
              same_value(schema::CustomerKind::email, KeyKind::email) &&
              same_value(schema::CustomerKind::card, KeyKind::card));
static_assert(same_value(schema::NameKind::none, NameKind::none) &&
              same_value(schema::NameKind::receipt, NameKind::receipt) &&
              same_value(schema::NameKind::request, NameKind::request));

constexpr unsigned kCustomerKinds = 5;
constexpr unsigned kNameKinds = 3;
constexpr unsigned kRowKinds = 9;
static_assert(sizeof(schema::NameBytes) == model::kMaxReceiptBytes);

/// What a row of each kind may carry; the rest of it must be zero.
enum Use : std::uint16_t {
    kCustomer = 1,
    kAmount = 2,
    kPoints = 4,
    kTtl = 8,
    kHold = 16,
    kOriginal = 32,
    kReason = 64,
    kUnnamed = 128,
    kReceipt = 256,
    kRequest = 512,
};
struct RowShape {
    const char* with_article;
    unsigned uses;
    const char* naming;
};
constexpr std::array<RowShape, kRowKinds> kShapes{{
    {"a balance", kUnnamed | kCustomer | kAmount, "has no name"},
    {"a sale", kReceipt | kCustomer | kAmount, "is named by a receipt"},
    {"a return", kReceipt | kCustomer | kAmount | kOriginal, "is named by a receipt"},
    {"a void", kReceipt | kCustomer | kOriginal, "is named by a receipt"},
    {"a redeem", kReceipt | kRequest | kCustomer | kAmount | kPoints | kOriginal,
     "is named by a receipt or a request id"},
    {"a hold", kRequest | kCustomer | kPoints | kTtl, "is named by a request id"},
    {"a capture", kRequest | kPoints | kHold, "is named by a request id"},
    {"a release", kRequest | kHold, "is named by a request id"},
    {"an adjust", kRequest | kCustomer | kAmount | kPoints | kReason, "is named by a request id"},
}};

constexpr std::size_t kFieldBytes = 24;
static_assert(sizeof(schema::CustomerBytes) == kFieldBytes && sizeof(schema::NameBytes) == kFieldBytes);

std::uint64_t word_at(const std::uint8_t* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

/// The number of bytes before the zeros that fill up a field; −1 when something stands behind a zero.
int padded_length(const std::uint8_t* bytes) {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kHighs = 0x8080808080808080;
    const std::array<std::uint64_t, 4> words{word_at(bytes), word_at(bytes + 8), word_at(bytes + 16), 0};
    for (std::size_t index = 0; index < 3; ++index) {
        const std::uint64_t zeros = (words[index] - kOnes) & ~words[index] & kHighs;
        if (zeros == 0) continue;
        const int inside = __builtin_ctzll(zeros) / 8;
        std::uint64_t rest = words[index] >> (8 * inside);
        for (std::size_t later = index + 1; later < 3; ++later)
            rest |= words[later];
        return rest == 0 ? static_cast<int>(index) * 8 + inside : -1;
    }
    return kFieldBytes;
}

/// Decodes the parts of rows, and remembers what is wrong with the first that cannot be read.
class RowReader {
  public:
    explicit RowReader(const Texts* texts) : texts_(texts) {}

    bool customer(schema::CustomerKind kind, std::uint8_t in_table, const std::uint8_t* bytes,
                  model::CustomerRef& out) {
        const auto number = static_cast<unsigned>(kind);
        if (number >= kCustomerKinds)
            return fault("customer_kind", fmt::format("{} is no kind of customer", number));
        if (in_table > 1) return fault("customer_in_table", fmt::format("{} is neither 0 nor 1", in_table));
        out.kind = static_cast<KeyKind>(number);
        if (out.kind == KeyKind::none || out.kind == KeyKind::id) {
            if (in_table != 0) return fault("customer_in_table", "must be 0 with this customer_kind");
            out.id = {word_at(bytes)};
            if (out.kind == KeyKind::none && out.id.value != 0)
                return fault("customer", "must be zero when customer_kind is none");
            if ((word_at(bytes + 8) | word_at(bytes + 16)) != 0)
                return fault("customer", "the bytes behind the id must be zero");
            return true;
        }
        if (in_table == 1) {
            std::uint32_t index = 0;
            std::memcpy(&index, bytes, sizeof index);
            if ((word_at(bytes) >> 32 | word_at(bytes + 8) | word_at(bytes + 16)) != 0)
                return fault("customer", "the bytes behind the index must be zero");
            return text("customer", index, out.text);
        }
        const int length = padded_length(bytes);
        if (length < 0) return fault("customer", "the bytes behind the text must be zero");
        out.text = {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)};
        return true;
    }

    bool text(const char* field, std::size_t index, std::string_view& out) {
        if (texts_ == nullptr || index >= texts_->size())
            return fault(field, fmt::format("there is no text {}; the message has {}", index,
                                            texts_ == nullptr ? 0 : texts_->size()));
        const auto* found = texts_->Get(static_cast<flatbuffers::uoffset_t>(index));
        out = {found->c_str(), found->size()};
        return true;
    }

    bool zero(const char* field, std::uint64_t value, const char* owner) {
        return value == 0 || fault(field, fmt::format("must be zero for {}", owner));
    }

    bool fault(std::string_view field, std::string_view message) {
        message_ = fmt::format("rows[{}].{}: {}", row_, field, message);
        return false;
    }

    void next_row() { ++row_; }
    tl::unexpected<model::Error> error() { return failure(ErrorKind::invalid, std::move(message_)); }

  private:
    const Texts* texts_;
    std::size_t row_ = 0;
    std::string message_;
};

bool decode_row(RowReader& reader, const schema::SaleRow& row, model::Command& command) {
    command.kind = CommandKind::sale;
    command.at = {row.at_ms()};
    command.amount = {row.amount()};
    command.name.kind = NameKind::receipt;
    command.name.terminal = {row.terminal()};
    std::memcpy(command.name.bytes.data(), row.number().bytes()->Data(), kFieldBytes);
    if (row.reserved() != 0) return reader.fault("reserved", "must be zero");
    return reader.customer(row.customer_kind(), row.customer_in_table(), row.customer().bytes()->Data(),
                           command.customer);
}

bool decode_name(RowReader& reader, const schema::CommandRow& row, const RowShape& shape, model::Name& name) {
    const auto number = static_cast<unsigned>(row.name_kind());
    if (number >= kNameKinds) return reader.fault("name_kind", fmt::format("{} is no kind of name", number));
    if ((shape.uses & static_cast<unsigned>(kUnnamed << number)) == 0)
        return reader.fault("name_kind", fmt::format("{} {}", shape.with_article, shape.naming));
    const std::uint8_t* bytes = row.name().bytes()->Data();
    name.kind = static_cast<NameKind>(number);
    name.terminal = {row.terminal()};
    std::memcpy(name.bytes.data(), bytes, kFieldBytes);
    if (name.kind == NameKind::receipt) return true;
    if (row.terminal() != 0) return reader.fault("terminal", "must be zero without a receipt");
    if (word_at(bytes + 16) != 0)
        return reader.fault("name", "bytes 16 to 23 must be zero without a receipt");
    if (name.kind == NameKind::none && (word_at(bytes) | word_at(bytes + 8)) != 0)
        return reader.fault("name", "must be zero when name_kind is none");
    return true;
}

bool decode_original(RowReader& reader, const schema::CommandRow& row, const RowShape& shape,
                     model::Name& original) {
    const std::uint8_t* bytes = row.original().bytes()->Data();
    if (row.has_original() > 1)
        return reader.fault("has_original", fmt::format("{} is neither 0 nor 1", row.has_original()));
    if (row.has_original() == 0) {
        if ((word_at(bytes) | word_at(bytes + 8) | word_at(bytes + 16)) != 0)
            return reader.fault("original", "must be zero when has_original is 0");
        return row.original_terminal() == 0 ||
               reader.fault("original_terminal", "must be zero when has_original is 0");
    }
    if ((shape.uses & kOriginal) == 0) return reader.zero("has_original", 1, shape.with_article);
    original.kind = NameKind::receipt;
    original.terminal = {row.original_terminal()};
    std::memcpy(original.bytes.data(), bytes, kFieldBytes);
    return true;
}

bool decode_row(RowReader& reader, const schema::CommandRow& row, model::Command& command) {
    const auto number = static_cast<unsigned>(row.kind());
    if (number >= kRowKinds) return reader.fault("kind", fmt::format("{} is no kind of row", number));
    const RowShape& shape = kShapes[number];
    const auto carries = [&](Use use, const char* field, auto value) {
        return (shape.uses & use) != 0 ||
               reader.zero(field, static_cast<std::uint64_t>(value), shape.with_article);
    };
    command.kind = static_cast<CommandKind>(number);
    command.at = {row.at_ms()};
    command.amount = {row.amount()};
    command.points = {row.points()};
    command.ttl_ms = row.ttl_ms();
    command.hold = {row.hold()};
    command.ranking = row.ranking() == 1;
    if (row.ranking() > 1)
        return reader.fault("ranking", fmt::format("{} is neither 0 nor 1", row.ranking()));
    const bool fits = carries(kCustomer, "customer_kind", row.customer_kind()) &&
                      carries(kAmount, "amount", row.amount()) && carries(kPoints, "points", row.points()) &&
                      carries(kTtl, "ttl_ms", row.ttl_ms()) && carries(kHold, "hold", row.hold()) &&
                      carries(kReason, "text", row.text()) && carries(kReason, "ranking", row.ranking());
    if (!fits) return false;
    std::array<std::uint8_t, 30> reserved{};
    if (std::memcmp(row.reserved()->Data(), reserved.data(), reserved.size()) != 0)
        return reader.fault("reserved", "must be zero");
    if (row.text() != 0) {
        if (!reader.text("text", row.text() - 1, command.reason)) return false;
        if (!is_clean_text(std::string(command.reason)))
            return reader.fault("text", "is not UTF-8 text without control characters");
    }
    return reader.customer(row.customer_kind(), row.customer_in_table(), row.customer().bytes()->Data(),
                           command.customer) &&
           decode_name(reader, row, shape, command.name) &&
           decode_original(reader, row, shape, command.original);
}

model::Result<void> check_counts(std::size_t rows, std::size_t most, const Texts* texts) {
    if (rows == 0) return failure(ErrorKind::invalid, "rows: a request has at least one");
    if (rows > most)
        return failure(ErrorKind::invalid, fmt::format("rows: {}; a request has at most {}", rows, most));
    if (texts == nullptr) return {};
    if (texts->size() > kMaxTextsPerRequest)
        return failure(ErrorKind::invalid, fmt::format("texts: {}; a request has at most {}", texts->size(),
                                                       kMaxTextsPerRequest));
    for (flatbuffers::uoffset_t index = 0; index < texts->size(); ++index) {
        if (texts->Get(index)->size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("texts[{}]: {} bytes; a text has at most {}",
                                                           index, texts->Get(index)->size(), kMaxTextBytes));
    }
    return {};
}

template <class Batch>
model::Result<void> decode(const Batch& batch, model::ProgramId program,
                           std::vector<model::Command>& commands) {
    const auto& rows = *batch.rows();
    if (auto checked = check_counts(rows.size(), kMaxRowsPerRequest, batch.texts()); !checked) return checked;
    const std::size_t before = commands.size();
    commands.resize(before + rows.size());
    RowReader reader(batch.texts());
    for (flatbuffers::uoffset_t index = 0; index < rows.size(); ++index) {
        model::Command& command = commands[before + index];
        command.program = program;
        if (!decode_row(reader, *rows.Get(index), command)) {
            commands.resize(before);
            return reader.error();
        }
        reader.next_row();
    }
    return {};
}

model::Result<void> decode_enrollment(const schema::Enrollment& row, model::Enrollment& enrollment,
                                      model::Command& command) {
    auto id = decode_request_id(row.request_id());
    if (!id) return failure(id.error().kind, "request_id: " + id.error().message);
    command.kind = CommandKind::enroll;
    command.at = {row.at_ms()};
    command.name = *id;
    command.enrollment = &enrollment;
    enrollment.keys.reserve(row.keys()->size());
    for (flatbuffers::uoffset_t index = 0; index < row.keys()->size(); ++index) {
        const auto& key = *row.keys()->Get(index);
        const auto number = static_cast<unsigned>(key.kind());
        if (number >= kCustomerKinds || number <= static_cast<unsigned>(KeyKind::id))
            return failure(ErrorKind::invalid,
                           fmt::format("keys[{}].kind: {} is not phone, email or card", index, number));
        if (key.text()->size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("keys[{}].text: {} bytes; a text has at most {}",
                                                           index, key.text()->size(), kMaxTextBytes));
        enrollment.keys.push_back(
            {static_cast<KeyKind>(number), {}, {key.text()->c_str(), key.text()->size()}});
    }
    if (row.vip() != nullptr) {
        auto vip = decode_customer(*row.vip());
        if (!vip) return failure(vip.error().kind, "vip: " + vip.error().message);
        enrollment.vip = *vip;
    }
    if (row.referral() != nullptr) {
        enrollment.referral = row.referral()->str();
        if (enrollment.referral.size() > kMaxReferralBytes)
            return failure(ErrorKind::invalid, fmt::format("referral: {} bytes; a code has at most {}",
                                                           enrollment.referral.size(), kMaxReferralBytes));
        if (!is_clean_text(enrollment.referral))
            return failure(ErrorKind::invalid, "referral: is not UTF-8 text without control characters");
    }
    if (row.classes() != nullptr) {
        auto terms = decode_class_change(*row.classes());
        if (!terms) return failure(terms.error().kind, "classes." + terms.error().message);
        enrollment.classes = std::move(*terms);
    }
    if (row.name() == nullptr) return {};
    enrollment.name = row.name()->str();
    if (enrollment.name.size() > kMaxTextBytes)
        return failure(ErrorKind::invalid, fmt::format("name: {} bytes; a text has at most {}",
                                                       enrollment.name.size(), kMaxTextBytes));
    if (!is_clean_text(enrollment.name))
        return failure(ErrorKind::invalid, "name: is not UTF-8 text without control characters");
    return {};
}

}  // namespace

model::Result<void> decode_sales(const schema::SaleBatch& batch, model::ProgramId program,
                                 std::vector<model::Command>& commands) {
    return decode(batch, program, commands);
}

model::Result<void> decode_commands(const schema::CommandBatch& batch, model::ProgramId program,
                                    std::vector<model::Command>& commands) {
    return decode(batch, program, commands);
}

model::Result<void> decode_enrollments(const schema::EnrollBatch& batch, model::ProgramId program,
                                       std::deque<model::Enrollment>& enrollments,
                                       std::vector<model::Command>& commands) {
    const auto& rows = *batch.rows();
    if (auto checked = check_counts(rows.size(), kMaxEnrollmentsPerRequest, nullptr); !checked)
        return checked;
    const std::size_t commands_before = commands.size();
    const std::size_t enrollments_before = enrollments.size();
    for (flatbuffers::uoffset_t index = 0; index < rows.size(); ++index) {
        auto& enrollment = enrollments.emplace_back();
        auto& command = commands.emplace_back();
        command.program = program;
        if (auto decoded = decode_enrollment(*rows.Get(index), enrollment, command); !decoded) {
            commands.resize(commands_before);
            enrollments.resize(enrollments_before);
            return failure(decoded.error().kind, fmt::format("rows[{}].{}", index, decoded.error().message));
        }
    }
    return {};
}

model::Result<model::Name> decode_request_id(const flatbuffers::Vector<std::uint8_t>* bytes) {
    std::array<std::uint8_t, model::kRequestIdBytes> id{};
    if (bytes == nullptr || bytes->size() != id.size())
        return failure(ErrorKind::invalid, fmt::format("{} bytes; a request id has {}",
                                                       bytes == nullptr ? 0 : bytes->size(), id.size()));
    std::memcpy(id.data(), bytes->data(), id.size());
    return model::Name::request(id);
}

namespace {

/// A customer that a change names, or none.
model::Result<model::CustomerRef> decode_optional(const schema::CustomerKey* key, const char* field) {
    if (key == nullptr) return model::CustomerRef{};
    auto customer = decode_customer(*key);
    if (!customer)
        return failure(customer.error().kind, fmt::format("{}: {}", field, customer.error().message));
    return customer;
}

}  // namespace

model::Result<void> decode_network_change(const schema::NetworkChange& change, model::ProgramId program,
                                          std::deque<model::NetworkTerms>& terms,
                                          std::vector<model::Command>& commands) {
    if (change.kind() < schema::NetworkKind::MIN || change.kind() > schema::NetworkKind::MAX)
        return failure(ErrorKind::invalid,
                       fmt::format("kind: {} is no kind of change", static_cast<unsigned>(change.kind())));
    const auto kind = static_cast<CommandKind>(change.kind());
    const auto id = decode_request_id(change.request_id());
    if (!id) return failure(id.error().kind, "request_id: " + id.error().message);
    const auto customer = decode_optional(change.customer(), "customer");
    if (!customer) return tl::unexpected(customer.error());
    const auto vip = decode_optional(change.vip(), "vip");
    if (!vip) return tl::unexpected(vip.error());
    const bool ends = model::ends_payout(kind);
    const auto unused = [](const char* field) {
        return failure(ErrorKind::invalid,
                       fmt::format("{}: must be left out of a change of this kind", field));
    };
    if (ends && change.customer() != nullptr) return unused("customer");
    if (kind != CommandKind::move_member && change.vip() != nullptr) return unused("vip");
    if (kind != CommandKind::request_payout && change.amount() != 0) return unused("amount");
    if (!ends && change.payout() != 0) return unused("payout");
    terms.push_back({*vip, {change.payout()}});
    model::Command& command = commands.emplace_back();
    command.kind = kind;
    command.program = program;
    command.name = *id;
    command.at = {change.at_ms()};
    command.customer = *customer;
    command.amount = {change.amount()};
    command.network = &terms.back();
    return {};
}

model::Result<model::CustomerRef> decode_customer(const schema::CustomerKey& key) {
    const auto number = static_cast<unsigned>(key.kind());
    if (number == 0 || number >= kCustomerKinds)
        return failure(ErrorKind::invalid, fmt::format("customer.kind: {} is no kind of customer", number));
    if (key.text()->size() > kMaxTextBytes)
        return failure(ErrorKind::invalid, fmt::format("customer.text: {} bytes; a text has at most {}",
                                                       key.text()->size(), kMaxTextBytes));
    model::CustomerRef customer;
    customer.kind = static_cast<KeyKind>(number);
    customer.text = {key.text()->c_str(), key.text()->size()};
    if (customer.kind != KeyKind::id) return customer;
    std::uint64_t id = 0;
    for (const char digit : customer.text) {
        if (digit < '0' || digit > '9' || id > model::kMaxCustomerId)
            return failure(ErrorKind::invalid,
                           fmt::format("customer.text: \"{}\" is no customer's id", customer.text));
        id = id * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    if (id == 0 || id > model::kMaxCustomerId)
        return failure(ErrorKind::invalid,
                       fmt::format("customer.text: \"{}\" is no customer's id", customer.text));
    customer.id = {id};
    customer.text = {};
    return customer;
}

model::Result<DecodedOverride> decode_override(const schema::TierOverride& row, model::ProgramId program) {
    const auto name = decode_request_id(row.request_id());
    if (!name) return failure(name.error().kind, "request_id: " + name.error().message);
    const auto customer = decode_customer(*row.customer());
    if (!customer) return tl::unexpected(customer.error());
    DecodedOverride decoded;
    model::Command& command = decoded.command;
    command.kind = CommandKind::override_tier;
    command.program = program;
    command.name = *name;
    command.customer = *customer;
    command.at = {row.at_ms()};
    for (const auto& [field, text] : {std::pair{"tier", row.tier()}, std::pair{"reason", row.reason()}}) {
        if (text == nullptr) continue;
        if (text->size() > kMaxTextBytes)
            return failure(ErrorKind::invalid, fmt::format("{}: {} bytes; a text has at most {}", field,
                                                           text->size(), kMaxTextBytes));
        if (!is_clean_text(text->str()))
            return failure(ErrorKind::invalid,
                           fmt::format("{}: is not UTF-8 text without control characters", field));
    }
    if (row.tier() != nullptr) decoded.act.tier = row.tier()->str();
    if (row.reason() != nullptr) command.reason = {row.reason()->c_str(), row.reason()->size()};
    decoded.act.from = {row.from_ms()};
    decoded.act.until = {row.until_ms()};
    return decoded;
}

}  // namespace tim::codec
