#pragma once

#include <csv.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/result.h"
#include "tools/tim/feed/byte_source.h"

namespace tim::cli {

inline constexpr std::size_t kMaxFeedLineBytes = 64 * 1024;

/// Columns of a rejects file, in front of the file's own. A file may carry them, so that a mended rejects
/// file can be posted; they are passed over.
inline constexpr std::string_view kRejectedLine = "rejected_line";
inline constexpr std::string_view kRejectedReason = "rejected_reason";

/// The lines of a CSV file and their fields. A quoted field ends on the line on which it begins, so that one
/// bad quote costs one row. One thread.
class CsvLines {
  public:
    enum class Line { taken, too_long, end };

    explicit CsvLines(ByteSource& source);
    ~CsvLines();
    CsvLines(const CsvLines&) = delete;
    CsvLines& operator=(const CsvLines&) = delete;

    /// The next line, without its end. With `wait` false it asks the source no second time since `resume`.
    model::Result<Line> next(bool wait);
    /// The source may be asked again.
    void resume() { paused_ = false; }
    /// Whether the source has no more.
    bool ended() const { return ended_; }

    /// Of the line that was taken last: its text, good until the next one is taken, and its number, from 1.
    std::string_view text() const { return line_; }
    std::uint64_t number() const { return number_; }

    /// Takes the first line and splits it; a mark of the byte order in front of it is passed over. `file` is
    /// what an error calls the input.
    model::Result<void> take_header(std::string_view file);
    /// Splits the line that was taken last; false, with `fault`, when it is no line of CSV.
    bool split(std::string& fault);
    /// What `split` found.
    std::span<const std::string> fields() const { return std::span(fields_).first(count_); }

  private:
    bool split_text(std::string_view text);
    static void on_field(void* bytes, std::size_t size, void* self);

    ByteSource& source_;
    csv_parser parser_{};
    std::vector<std::string> fields_;
    std::size_t count_ = 0;
    std::string buffer_;
    std::size_t begin_ = 0;  // of what is not read yet in buffer_
    std::size_t end_ = 0;
    bool ended_ = false;
    bool skipping_ = false;  // the rest of a line that is too long
    bool paused_ = false;    // the line is not complete yet, and the input was asked already
    std::string_view line_;
    std::uint64_t number_ = 0;
};

}  // namespace tim::cli
