#include "tools/tim/feed/feed_reader.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "protocol/codec/text.h"
#include "tools/tim/csv_writer.h"

namespace tim::cli {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

std::optional<FeedColumn> find_column(std::string_view name) {
    for (std::size_t i = 0; i < kFeedColumns; ++i)
        if (feed_column_name(static_cast<FeedColumn>(i)) == name) return static_cast<FeedColumn>(i);
    return std::nullopt;
}

}  // namespace

Result<void> FeedReader::read_header() {
    if (auto header = lines_.take_header("feed"); !header) return header;

    std::array<bool, kFeedColumns> seen{};
    CsvWriter own;
    for (const std::string& name : lines_.fields()) {
        if (name == kRejectedLine || name == kRejectedReason) {
            has_reject_columns_ = true;
            columns_.emplace_back();
            continue;
        }
        const auto column = find_column(name);
        if (!column)
            return failure(ErrorKind::invalid,
                           fmt::format("line 1: unknown column '{}'", codec::printable(name)));
        if (std::exchange(seen[static_cast<std::size_t>(*column)], true))
            return failure(ErrorKind::invalid, fmt::format("line 1: column '{}' occurs twice", name));
        columns_.emplace_back(column);
        own.field(name);
    }
    for (std::size_t i = 0; i < kFeedColumnsRequired; ++i)
        if (!seen[i])
            return failure(ErrorKind::invalid, fmt::format("line 1: column '{}' is missing",
                                                           feed_column_name(static_cast<FeedColumn>(i))));
    header_ = own.text();
    return {};
}

/// The row as a rejects file repeats it: as it stands, but without columns that came from a rejects file.
std::string FeedReader::own_text() const {
    const auto fields = lines_.fields();
    if (!has_reject_columns_ || fields.size() != columns_.size()) return std::string(lines_.text());
    CsvWriter own;
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (columns_[i]) own.field(fields[i]);
    return std::move(own.text());
}

void FeedReader::read_row(FeedRowReader& reader, FeedRow& row) {
    if (!lines_.split(row.fault)) {
        row.text = lines_.text();
        return;
    }
    row.text = own_text();
    const auto fields = lines_.fields();
    if (fields.size() != columns_.size()) {
        row.fault = fmt::format("the row has {} fields, the header {}", fields.size(), columns_.size());
        return;
    }
    FeedCells cells{};
    for (std::size_t i = 0; i < fields.size(); ++i)
        if (columns_[i]) cells[static_cast<std::size_t>(*columns_[i])] = fields[i];
    reader.read(cells, row);
}

Result<bool> FeedReader::read(FeedRowReader& cells, std::vector<FeedRow>& rows, std::size_t limit) {
    lines_.resume();
    for (std::size_t taken = 0; taken < limit;) {
        const auto line = lines_.next(taken == 0);
        if (!line) return tl::unexpected(line.error());
        if (*line == CsvLines::Line::end) return taken > 0 || !lines_.ended();
        if (*line == CsvLines::Line::taken && lines_.text().empty()) continue;  // a blank line is no row
        FeedRow& row = rows.emplace_back();
        row.line = lines_.number();
        ++taken;
        if (*line == CsvLines::Line::too_long)
            row.fault = fmt::format("the line has more than {} bytes", kMaxFeedLineBytes);
        else
            read_row(cells, row);
    }
    return true;
}

}  // namespace tim::cli
