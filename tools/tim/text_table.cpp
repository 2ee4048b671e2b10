#include "tools/tim/text_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace tim::cli {
namespace {

struct Range {
    std::uint32_t first;
    std::uint32_t last;
};

// Marks that stand on the character before them: the ones that Vietnamese in decomposed form, and other
// scripts that shops meet, use (Unicode, general category Mn, and the joiners).
constexpr std::array kZeroWidth = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x064B, 0x065F},
    Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A}, Range{0x0E47, 0x0E4E}, Range{0x1AB0, 0x1AFF},
    Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F}, Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F},
    Range{0xFE20, 0xFE2F},
};

// Unicode Standard Annex 11, East_Asian_Width W and F, in broad strokes.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF}, Range{0x3400, 0x4DBF},
    Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xAC00, 0xD7A3}, Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE4F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6}, Range{0x1F300, 0x1F64F},
    Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD},
};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, std::uint32_t code) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [code](Range range) { return code >= range.first && code <= range.last; });
}

/// Takes one code point off the front; a byte that begins none counts as itself.
std::uint32_t take_code_point(std::string_view& text) {
    const auto byte = [&text](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    const std::size_t length = lead < 0x80             ? 1
                               : (lead & 0xE0) == 0xC0 ? 2
                               : (lead & 0xF0) == 0xE0 ? 3
                               : (lead & 0xF8) == 0xF0 ? 4
                                                       : 1;
    if (length == 1 || text.size() < length) {
        text.remove_prefix(1);
        return lead;
    }
    std::uint32_t code = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) {
            text.remove_prefix(1);
            return lead;
        }
        code = code << 6 | (byte(i) & 0x3FU);
    }
    text.remove_prefix(length);
    return code;
}

void append_padded(std::string& line, std::string_view cell, std::size_t width, TextTable::Align align) {
    const std::size_t taken = display_width(cell);
    const std::size_t blanks = width > taken ? width - taken : 0;
    if (align == TextTable::Align::right) line.append(blanks, ' ');
    line.append(cell);
    if (align == TextTable::Align::left) line.append(blanks, ' ');
}

void end_line(std::string& out, std::string& line) {
    line.erase(line.find_last_not_of(' ') + 1);
    out += line;
    out += '\n';
    line.clear();
}

}  // namespace

std::string counted(std::uint64_t number, std::string_view thing) {
    return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const std::uint32_t code = take_code_point(text);
        if (in(kZeroWidth, code)) continue;
        width += in(kWide, code) ? 2 : 1;
    }
    return width;
}

void TextTable::add(std::vector<std::string> cells) {
    if (cells.size() != columns_.size()) throw std::logic_error("a table's row has as many cells as columns");
    rows_.push_back(std::move(cells));
}

std::string TextTable::text() const {
    std::vector<std::size_t> widths;
    for (const Column& column : columns_)
        widths.push_back(display_width(column.heading));
    for (const auto& row : rows_)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], display_width(row[i]));

    std::string out;
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) line += "  ";
        append_padded(line, columns_[i].heading, widths[i], columns_[i].align);
    }
    end_line(out, line);
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) line += "  ";
            append_padded(line, row[i], widths[i], columns_[i].align);
        }
        end_line(out, line);
    }
    return out;
}

std::string field_list(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::size_t width = 0;
    for (const auto& [name, value] : fields)
        width = std::max(width, display_width(name));
    std::string out;
    std::string line;
    for (const auto& [name, value] : fields) {
        append_padded(line, name, width + 2, TextTable::Align::left);
        line += value;
        end_line(out, line);
    }
    return out;
}

}  // namespace tim::cli
