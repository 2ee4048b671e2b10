#pragma once

#include <csv.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"
#include "tools/tim/feed/byte_source.h"
#include "tools/tim/feed/feed_row.h"

namespace tim::cli {

inline constexpr std::size_t kMaxFeedLineBytes = 64 * 1024;

/// Columns of a rejects file, in front of the feed's own. A feed may carry them, so that a mended rejects
/// file can be posted; they are passed over.
inline constexpr std::string_view kRejectedLine = "rejected_line";
inline constexpr std::string_view kRejectedReason = "rejected_reason";

/// Reads the rows of a feed: a header, then a row on every line (a quoted field ends on the line on which it
/// begins, so that one bad quote costs one row). One thread.
class FeedReader {
  public:
    explicit FeedReader(ByteSource& source);
    ~FeedReader();
    FeedReader(const FeedReader&) = delete;
    FeedReader& operator=(const FeedReader&) = delete;

    /// Reads the header. An unknown column, one that occurs twice and one that is missing are errors that
    /// name it. Needs no program.
    model::Result<void> read_header();

    /// The header as it stands in the file, without the columns of a rejects file.
    const std::string& header() const { return header_; }

    /// Appends rows to `rows`: at most `limit`, fewer where the input pauses; false at the end of the input.
    model::Result<bool> read(FeedRowReader& cells, std::vector<FeedRow>& rows, std::size_t limit);

  private:
    enum class Line { taken, too_long, end };

    model::Result<Line> next_line(bool wait);
    bool split(std::string_view line, std::string& fault);
    void read_row(FeedRowReader& reader, std::string_view line, FeedRow& row);
    std::string own_text(std::string_view line) const;
    static void on_field(void* bytes, std::size_t size, void* self);

    ByteSource& source_;
    csv_parser parser_{};
    std::string header_;
    std::vector<std::optional<FeedColumn>> columns_;  // none: a column of a rejects file
    bool has_reject_columns_ = false;
    std::vector<std::string> fields_;
    std::size_t field_count_ = 0;

    std::string buffer_;
    std::size_t begin_ = 0;  // of what is not read yet in buffer_
    std::size_t end_ = 0;
    bool ended_ = false;
    bool skipping_ = false;  // the rest of a line that is too long
    bool paused_ = false;    // the line is not complete yet, and the input was asked already
    std::string_view line_;
    std::uint64_t line_number_ = 0;
};

}  // namespace tim::cli
