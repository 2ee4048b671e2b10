#pragma once

#include <string>
#include <string_view>

namespace tim::cli {

/// Appends one CSV field (RFC 4180): quoted only when it holds a comma, a quote, a line end, or blanks at
/// either end, so that the same value is always written in the same bytes.
void append_csv_field(std::string& line, std::string_view field);

/// Builds lines of CSV: `field` adds one, `end_line` finishes the line with a newline.
class CsvWriter {
  public:
    CsvWriter& field(std::string_view value) {
        if (!at_start_) text_ += ',';
        at_start_ = false;
        append_csv_field(text_, value);
        return *this;
    }
    CsvWriter& field(std::int64_t value) { return field(std::to_string(value)); }
    void end_line() {
        text_ += '\n';
        at_start_ = true;
    }

    std::string& text() { return text_; }

  private:
    std::string text_;
    bool at_start_ = true;
};

}  // namespace tim::cli
