#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/result.h"
#include "tools/tim/csv_lines.h"
#include "tools/tim/import/import_row.h"

namespace tim::cli {

/// Reads the rows of a file to be imported: a header, then a row on every line. One thread.
class ImportReader {
  public:
    ImportReader(ByteSource& source, ImportKind kind) : lines_(source), kind_(kind) {}

    /// Reads the header. An unknown column, one that occurs twice and one that is missing are errors that
    /// name it.
    model::Result<void> read_header();

    /// The header as it stands in the file, without the columns of a rejects file.
    const std::string& header() const { return header_; }

    /// Appends rows to `rows`: at most `limit`, and at most so many that their text has 1 MiB; false at the
    /// end of the file.
    model::Result<bool> read(const ImportRowReader& cells, std::vector<ImportRow>& rows, std::size_t limit);

  private:
    struct Column {
        bool own = false;                     ///< stands in a rejects file again
        std::optional<ImportColumn> meaning;  ///< none: passed over
    };

    void read_row(const ImportRowReader& cells, ImportRow& row);

    CsvLines lines_;
    ImportKind kind_;
    std::string header_;
    std::vector<Column> columns_;
    bool has_reject_columns_ = false;
};

}  // namespace tim::cli
