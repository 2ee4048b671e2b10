#include "tools/tim/csv_writer.h"

namespace tim::cli {

void append_csv_field(std::string& line, std::string_view field) {
    const bool outer_blank = !field.empty() && (field.front() == ' ' || field.back() == ' ');
    if (!outer_blank && field.find_first_of(",\"\r\n") == std::string_view::npos) {
        line += field;
        return;
    }
    line += '"';
    for (const char c : field) {
        if (c == '"') line += '"';
        line += c;
    }
    line += '"';
}

}  // namespace tim::cli
