#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tim::cli {

/// How many columns of a terminal a UTF-8 text takes: combining marks take none, wide East Asian characters
/// and emoji two. Bytes that are not UTF-8 count one each.
std::size_t display_width(std::string_view text);

/// "1 customer", "0 customers": the number and what it counts.
std::string counted(std::uint64_t number, std::string_view thing);

/// A table for people: a heading and rows, each column as wide as its widest cell.
class TextTable {
  public:
    enum class Align { left, right };
    struct Column {
        std::string heading;
        Align align = Align::left;
    };

    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// A row has as many cells as there are columns.
    void add(std::vector<std::string> cells);

    bool empty() const { return rows_.empty(); }

    /// Every line ends with a newline; no line ends with blanks.
    std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// Names and values below each other, the values aligned: one thing shown to a person.
std::string field_list(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace tim::cli
