#include "protocol/codec/json.h"

#include <flatbuffers/util.h>
#include <fmt/format.h>

#include <optional>

namespace tim::codec {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string printable(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", c) : fmt::format("the byte 0x{:02x}", byte);
}

class JsonReader {
  public:
    explicit JsonReader(std::string_view text) : text_(text) {
        if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
        line_start_ = text_.data();
    }

    model::Result<JsonValue> run() {
        JsonValue value;
        skip_blanks();
        if (place_ == text_.size()) fault("the file is empty");
        if (!failed_ && read_value(value, 0)) {
            skip_blanks();
            if (place_ < text_.size()) fault(fmt::format("{} after the end of the value", found()));
        }
        if (failed_) return model::failure(model::ErrorKind::invalid, std::move(message_));
        return value;
    }

  private:
    TextPosition position() const {
        return {line_, static_cast<std::size_t>(text_.data() + place_ - line_start_) - extra_bytes_ + 1};
    }

    bool fault(const std::string& message) {
        const TextPosition here = position();
        message_ = fmt::format("{}:{}: {}", here.line, here.column, message);
        failed_ = true;
        return false;
    }

    std::string found() const {
        return place_ < text_.size() ? printable(text_[place_]) : "the end of the file";
    }

    bool at(char c) const { return place_ < text_.size() && text_[place_] == c; }

    bool take(char c) {
        if (!at(c)) return false;
        ++place_;
        return true;
    }

    void skip_blanks() {
        for (; place_ < text_.size(); ++place_) {
            const char c = text_[place_];
            if (c == '\n') {
                ++line_;
                line_start_ = text_.data() + place_ + 1;
                extra_bytes_ = 0;
            } else if (c != ' ' && c != '\t' && c != '\r') {
                return;
            }
        }
    }

    bool read_value(JsonValue& value, std::size_t depth) {
        value.position = position();
        if (depth > kMaxJsonDepth)
            return fault(fmt::format("more than {} levels inside each other", kMaxJsonDepth));
        if (at('{')) return read_object(value, depth);
        if (at('[')) return read_array(value, depth);
        if (at('"')) {
            value.kind = JsonKind::string;
            return read_string(value.text);
        }
        if (at('-') || (place_ < text_.size() && is_digit(text_[place_]))) return read_number(value);
        return read_word(value);
    }

    bool read_object(JsonValue& value, std::size_t depth) {
        value.kind = JsonKind::object;
        ++place_;
        skip_blanks();
        if (take('}')) return true;
        for (;;) {
            JsonValue::Member member;
            member.position = position();
            if (!at('"')) return fault(fmt::format("expected a field's name in quotes, found {}", found()));
            if (!read_string(member.name)) return false;
            skip_blanks();
            if (!take(':'))
                return fault(fmt::format("expected ':' after \"{}\", found {}", member.name, found()));
            skip_blanks();
            if (!read_value(member.value, depth + 1)) return false;
            value.members.push_back(std::move(member));
            skip_blanks();
            if (take('}')) return true;
            if (!take(',')) return fault(fmt::format("expected ',' or '}}', found {}", found()));
            skip_blanks();
        }
    }

    bool read_array(JsonValue& value, std::size_t depth) {
        value.kind = JsonKind::array;
        ++place_;
        skip_blanks();
        if (take(']')) return true;
        for (;;) {
            if (!read_value(value.items.emplace_back(), depth + 1)) return false;
            skip_blanks();
            if (take(']')) return true;
            if (!take(',')) return fault(fmt::format("expected ',' or ']', found {}", found()));
            skip_blanks();
        }
    }

    bool read_number(JsonValue& value) {
        value.kind = JsonKind::number;
        const std::size_t start = place_;
        take('-');
        if (!take('0') && !take_digits()) return fault(fmt::format("expected a digit, found {}", found()));
        if (take('.') && !take_digits()) return fault(fmt::format("expected a digit, found {}", found()));
        if (take('e') || take('E')) {
            if (!take('+')) take('-');
            if (!take_digits()) return fault(fmt::format("expected a digit, found {}", found()));
        }
        value.text = text_.substr(start, place_ - start);
        return true;
    }

    bool take_digits() {
        const std::size_t start = place_;
        while (place_ < text_.size() && is_digit(text_[place_]))
            ++place_;
        return place_ > start;
    }

    bool read_word(JsonValue& value) {
        for (const std::string_view word : {"true", "false", "null"}) {
            if (!text_.substr(place_).starts_with(word)) continue;
            value.kind = word == "null" ? JsonKind::null : JsonKind::boolean;
            value.text = word;
            place_ += word.size();
            return true;
        }
        return fault(fmt::format("expected a value, found {}", found()));
    }

    bool read_string(std::string& out) {
        ++place_;
        for (;;) {
            if (place_ == text_.size()) return fault("the text has no closing quote");
            const char c = text_[place_];
            if (c == '"') break;
            if (static_cast<unsigned char>(c) < 0x20)
                return fault(fmt::format("{} inside a text; write it as an escape", printable(c)));
            if (c == '\\') {
                if (!read_escape(out)) return false;
            } else if (!copy_character(out)) {
                return false;
            }
        }
        ++place_;
        return true;
    }

    bool copy_character(std::string& out) {
        // A copy that ends in zeros, so that a sequence cut short is not read beyond the text.
        char bytes[5] = {};
        const std::size_t size = text_.copy(bytes, 4, place_);
        const char* end = bytes;
        if (flatbuffers::FromUTF8(&end) < 0) return fault("this text is not UTF-8");
        const auto count = static_cast<std::size_t>(end - bytes);
        out.append(bytes, std::min(count, size));
        place_ += count;
        extra_bytes_ += count - 1;
        return true;
    }

    bool read_escape(std::string& out) {
        constexpr std::string_view kNames = "\"\\/bfnrt";
        constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
        const char name = place_ + 1 < text_.size() ? text_[place_ + 1] : '\0';
        if (name != 'u') {
            const std::size_t index = kNames.find(name);
            if (name == '\0' || index == std::string_view::npos) return fault("this escape is unknown");
            out += kValues[index];
            place_ += 2;
            return true;
        }
        auto unit = read_unit();
        if (!unit) return fault("\\u is followed by four hexadecimal digits");
        std::uint32_t character = *unit;
        if (character >= 0xd800 && character < 0xdc00) {
            const auto low = read_unit();
            if (!low || *low < 0xdc00 || *low > 0xdfff) return fault("half of a surrogate pair");
            character = 0x10000 + ((character - 0xd800) << 10) + (*low - 0xdc00);
        } else if (character >= 0xdc00 && character < 0xe000) {
            return fault("half of a surrogate pair");
        }
        if (character == 0) return fault("a text cannot hold the character 0");
        flatbuffers::ToUTF8(character, &out);
        return true;
    }

    /// `\uXXXX`, at whose backslash the reader stands.
    std::optional<std::uint32_t> read_unit() {
        const std::string_view escape = text_.substr(std::min(place_, text_.size()), 6);
        if (escape.size() != 6 || !escape.starts_with("\\u")) return std::nullopt;
        std::uint32_t value = 0;
        for (const char c : escape.substr(2)) {
            const std::size_t digit = std::string_view("0123456789abcdefABCDEF").find(c);
            if (digit == std::string_view::npos) return std::nullopt;
            value = value * 16 + static_cast<std::uint32_t>(digit < 16 ? digit : digit - 6);
        }
        place_ += 6;
        return value;
    }

    std::string_view text_;
    std::size_t place_ = 0;
    std::size_t line_ = 1;
    const char* line_start_ = nullptr;
    std::size_t extra_bytes_ = 0;  // of this line's characters beyond one each
    bool failed_ = false;
    std::string message_;
};

}  // namespace

model::Result<JsonValue> parse_json(std::string_view text) {
    return JsonReader(text).run();
}

}  // namespace tim::codec
