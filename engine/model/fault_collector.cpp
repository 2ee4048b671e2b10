#include "engine/model/fault_collector.h"

#include <fmt/format.h>
#include <algorithm>

namespace tim::model {
namespace {

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= kMaxProgramIdBytes && is_alphanumeric(id.front()) &&
           std::ranges::all_of(id,
                               [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

/// The length of the UTF-8 sequence at the front of `text`; 0 when it is none (RFC 3629: no overlong forms,
/// no surrogates).
std::size_t utf8_sequence_bytes(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    const bool allowed = (lead != 0xE0 || byte(1) >= 0xA0) && (lead != 0xED || byte(1) < 0xA0) &&
                         (lead != 0xF0 || byte(1) >= 0x90) && (lead != 0xF4 || byte(1) < 0x90);
    return allowed ? size : 0;
}

bool is_text(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = utf8_sequence_bytes(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

}  // namespace

void FaultCollector::fault(std::string path, std::string message) {
    faults_.push_back({std::move(path), std::move(message)});
}

void FaultCollector::check_id(const std::string& path, std::string_view id) {
    if (!is_id(id))
        fault(path,
              fmt::format("must be 1 to {} letters, digits, dots, dashes and underscores, and begin with a "
                          "letter or digit",
                          kMaxProgramIdBytes));
}

void FaultCollector::check_text(const std::string& path, std::string_view text, std::size_t max_bytes) {
    if (text.size() > max_bytes)
        fault(path, fmt::format("has {} bytes; at most {} are allowed", text.size(), max_bytes));
    if (!is_text(text)) fault(path, "is not UTF-8");
}

void FaultCollector::check_range(const std::string& path, std::int64_t value, std::int64_t least,
                                 std::int64_t greatest) {
    if (value < least || value > greatest)
        fault(path, fmt::format("is {}; it must be from {} to {}", value, least, greatest));
}

}  // namespace tim::model
