#include "tools/tim/json_line.h"

#include <fmt/format.h>

#include <cmath>

namespace tim::cli {

std::string json_quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        switch (c) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
                    out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
                else
                    out += c;
        }
    }
    return out + "\"";
}

void JsonLine::begin(std::string_view name) {
    if (body_.size() > 1) body_ += ',';
    body_ += json_quote(name);
    body_ += ':';
}

JsonLine& JsonLine::add_raw(std::string_view name, std::string_view value) {
    begin(name);
    body_ += value;
    return *this;
}

JsonLine& JsonLine::add(std::string_view name, std::string_view value) {
    return add_raw(name, json_quote(value));
}

JsonLine& JsonLine::add_or_null(std::string_view name, std::string_view value) {
    return value.empty() ? add_raw(name, "null") : add(name, value);
}

JsonLine& JsonLine::add(std::string_view name, const std::vector<std::string>& values) {
    begin(name);
    body_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) body_ += ',';
        body_ += json_quote(values[i]);
    }
    body_ += ']';
    return *this;
}

JsonLine& JsonLine::add_double(std::string_view name, double value) {
    // JSON knows no infinities; whole numbers read better without a point.
    if (!std::isfinite(value)) return add_raw(name, "null");
    if (value == std::floor(value) && std::abs(value) < 9e15)
        return add_raw(name, fmt::format("{:.0f}", value));
    return add_raw(name, fmt::format("{}", value));
}

}  // namespace tim::cli
