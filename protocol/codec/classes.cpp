// What customers are classified by, between messages and the model.
#include <fmt/format.h>

#include <tuple>

#include "protocol/codec/messages.h"
#include "protocol/codec/text.h"

namespace tim::codec {

using model::ErrorKind;
using model::failure;
using Texts = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>;

namespace {

model::Result<void> read(const flatbuffers::String* text, const std::string& field,
                         std::optional<std::string>& place) {
    if (text == nullptr) return {};
    if (text->size() > kMaxTextBytes)
        return failure(ErrorKind::invalid, fmt::format("{}: {} bytes; a text has at most {}", field,
                                                       text->size(), kMaxTextBytes));
    place = text->str();
    if (!is_clean_text(*place))
        return failure(ErrorKind::invalid,
                       fmt::format("{}: is not UTF-8 text without control characters", field));
    return {};
}

model::Result<void> read(const Texts* texts, const std::string& field, std::vector<std::string>& values) {
    if (texts == nullptr) return {};
    if (texts->size() > model::kMaxClassValues)
        return failure(ErrorKind::invalid, fmt::format("{}: {} values; {} are the most", field, texts->size(),
                                                       model::kMaxClassValues));
    for (flatbuffers::uoffset_t index = 0; index < texts->size(); ++index) {
        std::optional<std::string> value;
        if (auto done = read(texts->Get(index), fmt::format("{}[{}]", field, index), value); !done)
            return done;
        values.push_back(std::move(*value));
    }
    return {};
}

}  // namespace

model::Result<model::ClassifyTerms> decode_class_change(const schema::ClassChange& change) {
    model::ClassifyTerms terms;
    std::optional<std::string> status;
    std::optional<std::string> birthday;
    const std::tuple<const char*, const flatbuffers::String*, std::optional<std::string>*> texts[] = {
        {"status", change.status(), &status},
        {"staff", change.staff(), &terms.staff},
        {"source", change.source(), &terms.source},
        {"channel", change.channel(), &terms.channel},
        {"birthday", change.birthday(), &birthday}};
    for (const auto& [field, text, place] : texts)
        if (auto done = read(text, field, *place); !done) return tl::unexpected(done.error());
    const std::tuple<const char*, const Texts*, std::vector<std::string>*> lists[] = {
        {"add_natures", change.add_natures(), &terms.natures.add},
        {"drop_natures", change.drop_natures(), &terms.natures.drop},
        {"add_types", change.add_types(), &terms.types.add},
        {"drop_types", change.drop_types(), &terms.types.drop},
        {"add_items", change.add_items(), &terms.items.add},
        {"drop_items", change.drop_items(), &terms.items.drop}};
    for (const auto& [field, values, place] : lists)
        if (auto done = read(values, field, *place); !done) return tl::unexpected(done.error());
    const std::tuple<const char*, bool, std::optional<std::string>*> drops[] = {
        {"staff", change.drop_staff(), &terms.staff},
        {"source", change.drop_source(), &terms.source},
        {"channel", change.drop_channel(), &terms.channel},
        {"birthday", change.drop_birthday(), &birthday}};
    for (const auto& [field, drops_it, place] : drops) {
        if (!drops_it) continue;
        if (*place) return failure(ErrorKind::invalid, fmt::format("{}: is given and dropped", field));
        place->emplace();
    }
    if (status) {
        terms.status = model::read_status(*status);
        if (!terms.status)
            return failure(ErrorKind::invalid,
                           fmt::format("status: \"{}\" is no status of a customer", *status));
    }
    if (birthday) terms.birthday = model::Birthday{};
    if (birthday && !birthday->empty()) {
        terms.birthday = model::read_birthday(*birthday);
        if (!terms.birthday)
            return failure(ErrorKind::invalid, fmt::format("birthday: \"{}\" is no day as MM-DD", *birthday));
    }
    return terms;
}

model::Result<DecodedClassify> decode_classify(const schema::Classify& row, model::ProgramId program) {
    const auto name = decode_request_id(row.request_id());
    if (!name) return failure(name.error().kind, "request_id: " + name.error().message);
    const auto customer = decode_customer(*row.customer());
    if (!customer) return tl::unexpected(customer.error());
    auto terms = decode_class_change(*row.change());
    if (!terms) return failure(terms.error().kind, "change." + terms.error().message);
    DecodedClassify decoded;
    decoded.command.kind = model::CommandKind::classify;
    decoded.command.program = program;
    decoded.command.name = *name;
    decoded.command.customer = *customer;
    decoded.command.at = {row.at_ms()};
    decoded.terms = std::move(*terms);
    return decoded;
}

schema::ClassChangeT to_schema(const model::ClassifyTerms& terms) {
    schema::ClassChangeT change;
    if (terms.status) change.status = model::status_name(*terms.status);
    change.staff = terms.staff.value_or("");
    change.source = terms.source.value_or("");
    change.channel = terms.channel.value_or("");
    if (terms.birthday) change.birthday = model::format_birthday(*terms.birthday);
    change.drop_staff = terms.staff && terms.staff->empty();
    change.drop_source = terms.source && terms.source->empty();
    change.drop_channel = terms.channel && terms.channel->empty();
    change.drop_birthday = terms.birthday && !terms.birthday->known();
    change.add_natures = terms.natures.add;
    change.drop_natures = terms.natures.drop;
    change.add_types = terms.types.add;
    change.drop_types = terms.types.drop;
    change.add_items = terms.items.add;
    change.drop_items = terms.items.drop;
    return change;
}

schema::CustomerClassesT to_schema(const model::CustomerClasses& classes) {
    schema::CustomerClassesT told;
    told.status = model::status_name(classes.status);
    told.staff = classes.staff;
    told.source = classes.source;
    told.channel = classes.channel;
    told.natures = classes.natures;
    told.types = classes.types;
    told.items = classes.items;
    told.birthday = model::format_birthday(classes.birthday);
    return told;
}

model::CustomerClasses to_model(const schema::CustomerClasses& told) {
    const auto text = [](const flatbuffers::String* from) {
        return from == nullptr ? std::string() : from->str();
    };
    const auto texts = [](const Texts* from) {
        std::vector<std::string> values;
        for (flatbuffers::uoffset_t i = 0; from != nullptr && i < from->size(); ++i)
            values.push_back(from->Get(i)->str());
        return values;
    };
    model::CustomerClasses classes;
    classes.status = model::read_status(text(told.status())).value_or(model::CustomerStatus::fresh);
    classes.staff = text(told.staff());
    classes.source = text(told.source());
    classes.channel = text(told.channel());
    classes.natures = texts(told.natures());
    classes.types = texts(told.types());
    classes.items = texts(told.items());
    classes.birthday = model::read_birthday(text(told.birthday())).value_or(model::Birthday{});
    return classes;
}

}  // namespace tim::codec
