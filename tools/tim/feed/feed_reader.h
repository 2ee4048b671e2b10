#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"
#include "tools/tim/csv_lines.h"
#include "tools/tim/feed/byte_source.h"
#include "tools/tim/feed/feed_row.h"

namespace tim::cli {

/// Reads the rows of a feed: a header, then a row on every line. One thread.
class FeedReader {
  public:
    explicit FeedReader(ByteSource& source) : lines_(source) {}

    /// Reads the header. An unknown column, one that occurs twice and one that is missing are errors that
    /// name it. Needs no program.
    model::Result<void> read_header();

    /// The header as it stands in the file, without the columns of a rejects file.
    const std::string& header() const { return header_; }

    /// Appends rows to `rows`: at most `limit`, fewer where the input pauses; false at the end of the input.
    model::Result<bool> read(FeedRowReader& cells, std::vector<FeedRow>& rows, std::size_t limit);

  private:
    void read_row(FeedRowReader& reader, FeedRow& row);
    std::string own_text() const;

    CsvLines lines_;
    std::string header_;
    std::vector<std::optional<FeedColumn>> columns_;  // none: a column of a rejects file
    bool has_reject_columns_ = false;
};

}  // namespace tim::cli
