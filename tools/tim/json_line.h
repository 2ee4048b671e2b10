#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tim::cli {

/// Writes one JSON object on one line, its members in the order in which they are added. Text is taken as
/// UTF-8; control characters are escaped.
class JsonLine {
  public:
    JsonLine& add(std::string_view name, std::string_view value);
    JsonLine& add(std::string_view name, const char* value) { return add(name, std::string_view(value)); }
    JsonLine& add(std::string_view name, const std::string& value) {
        return add(name, std::string_view(value));
    }
    JsonLine& add(std::string_view name, const std::vector<std::string>& values);
    template <class T>
    requires std::is_arithmetic_v<T> JsonLine& add(std::string_view name, T value) {
        if constexpr (std::is_same_v<T, bool>)
            return add_raw(name, value ? "true" : "false");
        else if constexpr (std::is_floating_point_v<T>)
            return add_double(name, static_cast<double>(value));
        else
            return add_raw(name, std::to_string(value));
    }
    /// `null` when `value` is empty: an instant that there is none of.
    JsonLine& add_or_null(std::string_view name, std::string_view value);
    /// `value` is JSON already.
    JsonLine& add_raw(std::string_view name, std::string_view value);

    std::string text() const { return body_ + "}"; }

  private:
    JsonLine& add_double(std::string_view name, double value);
    void begin(std::string_view name);

    std::string body_ = "{";
};

/// `text` as a JSON string, with its quotes.
std::string json_quote(std::string_view text);

}  // namespace tim::cli
