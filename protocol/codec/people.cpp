#include "protocol/codec/people.h"

#include <fmt/format.h>

#include <map>
#include <string>
#include <utility>

#include "protocol/codec/same_value.h"
#include "protocol/codec/text.h"

namespace tim::codec {

namespace {

using model::CommandKind;
using model::ErrorKind;
using model::failure;
using model::KeyKind;

static_assert(same_value(schema::PersonKind::block, CommandKind::block_customer) &&
              same_value(schema::PersonKind::unblock, CommandKind::unblock_customer) &&
              same_value(schema::PersonKind::rekey, CommandKind::rekey) &&
              same_value(schema::PersonKind::claim, CommandKind::claim) &&
              same_value(schema::PersonKind::erase, CommandKind::erase));

using Keys = flatbuffers::Vector<flatbuffers::Offset<schema::CustomerKey>>;

model::Result<void> check_uses(const schema::PersonChange& change, CommandKind kind) {
    const bool rekeys = kind == CommandKind::rekey;
    const bool claims = kind == CommandKind::claim;
    const auto unless = [](bool used, bool given, const char* field) -> model::Result<void> {
        if (used || !given) return {};
        return failure(ErrorKind::invalid,
                       fmt::format("{}: must be left out of a change of this kind", field));
    };
    if (auto fits = unless(!rekeys && !claims, change.reason() != nullptr, "reason"); !fits) return fits;
    if (auto fits = unless(rekeys, change.add() != nullptr, "add"); !fits) return fits;
    if (auto fits = unless(rekeys, change.drop() != nullptr, "drop"); !fits) return fits;
    if (auto fits = unless(rekeys, change.has_name(), "has_name"); !fits) return fits;
    if (auto fits = unless(change.has_name(), change.name() != nullptr, "name"); !fits) return fits;
    if (auto fits = unless(claims, change.number() != nullptr, "number"); !fits) return fits;
    return unless(claims, change.terminal() != 0, "terminal");
}

model::Result<std::string_view> read_text(const flatbuffers::String* text, const char* field) {
    if (text == nullptr) return std::string_view();
    if (text->size() > kMaxTextBytes)
        return failure(ErrorKind::invalid, fmt::format("{}: {} bytes; a text has at most {}", field,
                                                       text->size(), kMaxTextBytes));
    if (!is_clean_text(text->str()))
        return failure(ErrorKind::invalid,
                       fmt::format("{}: is not UTF-8 text without control characters", field));
    return std::string_view(text->c_str(), text->size());
}

/// Keys that are a customer's, or are to be: a phone, an email or a card each.
model::Result<void> read_keys(const Keys* keys, const char* field, std::vector<model::CustomerRef>& read) {
    if (keys == nullptr) return {};
    if (keys->size() > model::kMaxKeysPerCustomer)
        return failure(ErrorKind::invalid, fmt::format("{}: {} keys; a customer has at most {}", field,
                                                       keys->size(), model::kMaxKeysPerCustomer));
    for (flatbuffers::uoffset_t index = 0; index < keys->size(); ++index) {
        auto key = decode_customer(*keys->Get(index));
        if (!key)
            return failure(key.error().kind, fmt::format("{}[{}].{}", field, index, key.error().message));
        if (key->kind == KeyKind::none || key->kind == KeyKind::id)
            return failure(ErrorKind::invalid,
                           fmt::format("{}[{}].kind: is not phone, email or card", field, index));
        read.push_back(*key);
    }
    return {};
}

std::vector<std::unique_ptr<schema::CustomerKeyT>> tables_of(const std::vector<model::CustomerRef>& keys) {
    std::vector<std::unique_ptr<schema::CustomerKeyT>> tables;
    for (const model::CustomerRef& key : keys)
        tables.push_back(std::make_unique<schema::CustomerKeyT>(to_schema(key)));
    return tables;
}

}  // namespace

model::Result<void> decode_person_change(const schema::PersonChange& change, model::ProgramId program,
                                         std::deque<model::Enrollment>& enrollments,
                                         std::vector<model::Command>& commands) {
    if (change.kind() < schema::PersonKind::MIN || change.kind() > schema::PersonKind::MAX)
        return failure(ErrorKind::invalid,
                       fmt::format("kind: {} is no kind of change", static_cast<unsigned>(change.kind())));
    model::Command command;
    command.kind = static_cast<CommandKind>(change.kind());
    command.program = program;
    if (auto fits = check_uses(change, command.kind); !fits) return fits;
    const auto id = decode_request_id(change.request_id());
    if (!id) return failure(id.error().kind, "request_id: " + id.error().message);
    command.name = *id;
    const auto customer = decode_customer(*change.customer());
    if (!customer) return failure(customer.error().kind, "customer: " + customer.error().message);
    command.customer = *customer;
    const auto reason = read_text(change.reason(), "reason");
    if (!reason) return tl::unexpected(reason.error());
    command.reason = *reason;
    if (command.kind == CommandKind::claim) {
        const auto* number = change.number();
        if (number == nullptr || number->size() > model::kMaxReceiptBytes)
            return failure(ErrorKind::invalid, "number: a receipt number is 1 to 24 printable ASCII bytes");
        command.original = model::Name::receipt({change.terminal()}, {number->c_str(), number->size()});
    }
    if (command.kind == CommandKind::rekey) {
        model::Enrollment terms;
        if (auto read = read_keys(change.add(), "add", terms.keys); !read) return read;
        if (auto read = read_keys(change.drop(), "drop", terms.drop); !read) return read;
        const auto name = read_text(change.name(), "name");
        if (!name) return tl::unexpected(name.error());
        terms.name = *name;
        terms.keeps_name = !change.has_name();
        command.enrollment = &enrollments.emplace_back(std::move(terms));
    }
    commands.push_back(command);
    return {};
}

model::Result<schema::PersonChangeT> to_person_change(std::string_view program,
                                                      const model::Command& command) {
    if (command.kind < CommandKind::block_customer || command.kind > CommandKind::erase)
        return failure(ErrorKind::invalid, "only commands about people are sent as changes of one");
    if (command.name.kind != model::NameKind::request)
        return failure(ErrorKind::invalid, "a change of a person is named by a request id");
    schema::PersonChangeT change;
    change.program = program;
    const auto* id = reinterpret_cast<const std::uint8_t*>(command.name.bytes.data());
    change.request_id.assign(id, id + model::kRequestIdBytes);
    change.kind = static_cast<schema::PersonKind>(command.kind);
    change.customer = std::make_unique<schema::CustomerKeyT>(to_schema(command.customer));
    change.reason = command.reason;
    if (command.kind == CommandKind::claim) {
        change.terminal = command.original.terminal.value;
        change.number = command.original.number();
    }
    if (command.kind == CommandKind::rekey && command.enrollment != nullptr) {
        change.add = tables_of(command.enrollment->keys);
        change.drop = tables_of(command.enrollment->drop);
        change.has_name = !command.enrollment->keeps_name;
        if (change.has_name) change.name = command.enrollment->name;
    }
    return change;
}

void hide_tiers(schema::ProgramT& program) {
    std::map<std::string, std::string> names;
    for (std::size_t place = 0; place < program.tiers.size(); ++place) {
        schema::TierT& tier = *program.tiers[place];
        if (tier.visible) continue;
        schema::TierT hidden;
        hidden.id = fmt::format("hidden-{}", place + 1);
        hidden.min = "0";
        hidden.visible = false;
        hidden.active = tier.active;
        names[tier.id] = hidden.id;
        tier = std::move(hidden);
    }
    program.campaigns.clear();  // the shop's own business, and they name tiers
    for (const auto& reward : program.rewards) {
        for (std::string& tier : reward->tiers) {
            if (const auto found = names.find(tier); found != names.end()) tier = found->second;
        }
    }
}

}  // namespace tim::codec
