#include "protocol/codec/program_json.h"

#include <flatbuffers/idl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

#include "protocol/codec/documents.h"
#include "protocol/codec/json.h"
#include "protocol/codec/limits.h"
#include "protocol/codec/text.h"
#include "protocol/schema/program_schema.h"

namespace tim::codec {

namespace {

using model::ErrorKind;
using model::failure;
using model::ProgramFault;

[[noreturn]] void schema_failed(const std::string& what) {
    std::fprintf(stderr, "tim: the schema of programs: %s\n", what.c_str());
    std::abort();
}

std::unique_ptr<flatbuffers::Parser> make_parser() {
    flatbuffers::IDLOptions options;
    options.strict_json = true;
    options.output_default_scalars_in_json = true;
    options.natural_utf8 = true;
    options.indent_step = 2;
    // For printing alone: what is read was checked before. A program that is not UTF-8 is printed with
    // escapes.
    options.allow_non_utf8 = true;
    auto parser = std::make_unique<flatbuffers::Parser>(options);
    if (!parser->Parse(kProgramSchema) || parser->root_struct_def_ == nullptr) schema_failed(parser->error_);
    return parser;
}

constexpr std::size_t kMaxNameInMessage = 64;

std::string shortened(std::string_view text) {
    return text.size() <= kMaxNameInMessage ? std::string(text) : fmt::format("{}…", text.substr(0, 32));
}

std::string in_quotes(std::string_view text) {
    return fmt::format("\"{}\"", shortened(text));
}

const char* kind_name(JsonKind kind) {
    switch (kind) {
        case JsonKind::null:
            return "null";
        case JsonKind::boolean:
            return "true or false";
        case JsonKind::number:
            return "a number";
        case JsonKind::string:
            return "a text";
        case JsonKind::array:
            return "a list";
        case JsonKind::object:
            return "an object";
    }
    return "a value";
}

/// Compares a JSON value with the schema, collects every difference, and remembers where each path stands.
class SchemaCheck {
  public:
    void run(const JsonValue& root, const flatbuffers::StructDef& table) {
        positions_[""] = root.position;
        if (root.kind != JsonKind::object)
            fault("", fmt::format("a program is an object, not {}", kind_name(root.kind)));
        else
            check_table("", root, table);
    }

    void fault(std::string path, std::string message) {
        faults_.push_back({std::move(path), std::move(message)});
    }
    bool has_fault_at(std::string_view path) const {
        return std::any_of(faults_.begin(), faults_.end(),
                           [path](const ProgramFault& fault) { return fault.path == path; });
    }
    bool clean() const { return faults_.empty(); }

    /// A line per fault, in the order of the file.
    std::string describe(std::string_view file_name) const {
        std::vector<std::pair<TextPosition, const ProgramFault*>> sorted;
        sorted.reserve(faults_.size());
        for (const ProgramFault& fault : faults_)
            sorted.emplace_back(position_of(fault.path), &fault);
        std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
            return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
        });
        std::string text;
        for (const auto& [position, fault] : sorted)
            text +=
                fmt::format("{}{}:{}:{}: {}{}{}", text.empty() ? "" : "\n", file_name, position.line,
                            position.column, fault->path, fault->path.empty() ? "" : ": ", fault->message);
        return text;
    }

  private:
    /// Of what is not in the file: where the nearest thing around it stands.
    TextPosition position_of(std::string path) const {
        for (;;) {
            if (const auto found = positions_.find(path); found != positions_.end()) return found->second;
            const std::size_t cut = path.find_last_of(".[");
            path.resize(cut == std::string::npos ? 0 : cut);
        }
    }

    static std::string join(const std::string& path, std::string_view name) {
        return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    }

    void check_table(const std::string& path, const JsonValue& value, const flatbuffers::StructDef& table) {
        std::vector<std::string> names;
        names.reserve(table.fields.vec.size());
        for (const auto* field : table.fields.vec)
            names.push_back(field->name);
        std::map<std::string_view, TextPosition> seen;
        for (const auto& member : value.members) {
            const auto* field = table.fields.Lookup(member.name);
            const std::string member_path = join(path, shortened(member.name));
            if (const auto [before, first] = seen.emplace(member.name, member.position); !first) {
                const std::string twice = member_path + " (again)";
                positions_[twice] = member.position;
                fault(twice, fmt::format("this field stands at line {} already", before->second.line));
                continue;
            }
            positions_[member_path] = member.position;
            if (field == nullptr)
                fault(member_path, fmt::format("unknown field; {}", suggestion(member.name, names)));
            else
                check_value(member_path, member.value, field->value.type);
        }
        for (const auto* field : table.fields.vec) {
            if (field->IsRequired() && seen.find(field->name) == seen.end())
                fault(join(path, field->name), "is missing");
        }
    }

    void check_value(const std::string& path, const JsonValue& value, const flatbuffers::Type& type) {
        if (value.kind == JsonKind::null) return fault(path, "is null; leave the field out instead");
        if (type.base_type == flatbuffers::BASE_TYPE_STRUCT) {
            if (expect(path, value, JsonKind::object)) check_table(path, value, *type.struct_def);
        } else if (type.base_type == flatbuffers::BASE_TYPE_VECTOR) {
            if (!expect(path, value, JsonKind::array)) return;
            for (std::size_t i = 0; i < value.items.size(); ++i) {
                const std::string item_path = fmt::format("{}[{}]", path, i);
                positions_[item_path] = value.items[i].position;
                check_value(item_path, value.items[i], type.VectorType());
            }
        } else if (type.base_type == flatbuffers::BASE_TYPE_STRING) {
            if (value.kind == JsonKind::number)
                return fault(path, fmt::format("must be a text: write \"{}\"", value.text));
            expect(path, value, JsonKind::string);
        } else if (type.enum_def != nullptr) {
            check_choice(path, value, *type.enum_def);
        } else if (type.base_type == flatbuffers::BASE_TYPE_BOOL) {
            expect(path, value, JsonKind::boolean);
        } else {
            check_integer(path, value, type.base_type);
        }
    }

    bool expect(const std::string& path, const JsonValue& value, JsonKind kind) {
        if (value.kind == kind) return true;
        fault(path, fmt::format("must be {}, not {}", kind_name(kind), kind_name(value.kind)));
        return false;
    }

    void check_choice(const std::string& path, const JsonValue& value, const flatbuffers::EnumDef& choices) {
        if (!expect(path, value, JsonKind::string)) return;
        std::vector<std::string> names;
        for (const auto* choice : choices.Vals())
            names.push_back(choice->name);
        if (std::find(names.begin(), names.end(), value.text) == names.end())
            fault(path, fmt::format("{} is not one of its choices; {}", in_quotes(value.text),
                                    suggestion(value.text, names)));
    }

    void check_integer(const std::string& path, const JsonValue& value, flatbuffers::BaseType type) {
        if (!expect(path, value, JsonKind::number)) return;
        const auto number = model::parse_integer(value.text);
        if (!number)
            return fault(path, fmt::format("{} is not a whole number of 64 bits", in_quotes(value.text)));
        if (type == flatbuffers::BASE_TYPE_INT && (*number < INT32_MIN || *number > INT32_MAX))
            fault(path, fmt::format("{} is out of range", value.text));
    }

    std::vector<ProgramFault> faults_;
    std::map<std::string, TextPosition> positions_;
};

/// What the model finds wrong, without what only follows from a value that could not be read.
void add_content_faults(SchemaCheck& check, ProgramReading reading) {
    for (ProgramFault& fault : reading.faults)
        check.fault(std::move(fault.path), std::move(fault.message));
    const bool unknown_currency = check.has_fault_at("currency");
    for (ProgramFault& fault : model::validate(reading.program)) {
        const bool of_amounts = fault.path.starts_with("tiers") || fault.path.starts_with("points") ||
                                fault.path.starts_with("referral") || fault.path.starts_with("network") ||
                                fault.path.starts_with("rewards") || fault.path.starts_with("classification");
        if ((unknown_currency && of_amounts) || check.has_fault_at(fault.path)) continue;
        check.fault(std::move(fault.path), std::move(fault.message));
    }
}

/// Fields that may be left out and are: FlatBuffers prints some of them as null, which nobody may write. Each
/// field stands on a line of its own.
std::string without_nulls(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with(": null") || line.ends_with(": null,")) continue;
        const std::size_t first = line.find_first_not_of(' ');
        const bool closes = first != std::string_view::npos && (line[first] == '}' || line[first] == ']');
        if (closes && result.ends_with(",\n")) result.replace(result.size() - 2, 2, "\n");
        result.append(line).append(end == std::string_view::npos ? "" : "\n");
    }
    return result;
}

}  // namespace

model::Result<model::Program> parse_program_json(std::string_view text, std::string_view file_name) {
    if (text.size() > kMaxProgramBytes)
        return failure(ErrorKind::invalid, fmt::format("{}: {} bytes; a program has at most {}", file_name,
                                                       text.size(), kMaxProgramBytes));
    const auto json = parse_json(text);
    if (!json) return failure(ErrorKind::invalid, fmt::format("{}:{}", file_name, json.error().message));
    const auto parser = make_parser();
    SchemaCheck check;
    check.run(*json, *parser->root_struct_def_);
    if (!check.clean()) return failure(ErrorKind::invalid, check.describe(file_name));
    // No zero byte is left in the text: outside of texts it is no JSON, inside an error.
    if (!parser->ParseJson(std::string(text).c_str(), std::string(file_name).c_str()))
        return failure(ErrorKind::invalid, parser->error_);
    ProgramReading reading =
        read_program(*flatbuffers::GetRoot<schema::Program>(parser->builder_.GetBufferPointer()));
    model::Program program = reading.program;
    add_content_faults(check, std::move(reading));
    if (!check.clean()) return failure(ErrorKind::invalid, check.describe(file_name));
    return program;
}

std::string program_to_json(const model::Program& program) {
    const auto parser = make_parser();
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(schema::CreateProgram(builder, to_schema(program).get()));
    std::string text;
    if (!flatbuffers::GenerateText(*parser, builder.GetBufferPointer(), &text))
        schema_failed("a program cannot be printed by it");
    return without_nulls(text);
}

}  // namespace tim::codec
