#include "tools/tim/import/import_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/codec/text.h"
#include "tools/tim/csv_writer.h"

namespace tim::cli {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

constexpr std::size_t kBlockTextBytes = std::size_t{1} << 20;

}  // namespace

Result<void> ImportReader::read_header() {
    if (auto header = lines_.take_header("file"); !header) return header;
    const auto known = columns_of(kind_);
    std::vector<std::string> seen;
    CsvWriter own;
    for (const std::string& name : lines_.fields()) {
        if (name == kRejectedLine || name == kRejectedReason) {
            has_reject_columns_ = true;
            columns_.emplace_back();
            continue;
        }
        if (std::ranges::find(seen, name) != seen.end())
            return failure(ErrorKind::invalid, fmt::format("line 1: column '{}' occurs twice", name));
        seen.push_back(name);
        own.field(name);
        const auto found = std::ranges::find(known, std::string_view(name), import_column_name);
        if (found != known.end()) {
            columns_.push_back({true, *found});
        } else if (is_passed_over(kind_, name)) {
            columns_.push_back({true, {}});
        } else {
            return failure(ErrorKind::invalid,
                           fmt::format("line 1: unknown column '{}'", codec::printable(name)));
        }
    }
    const auto has = [&](ImportColumn column) {
        return std::ranges::find(seen, import_column_name(column)) != seen.end();
    };
    for (const ImportColumn column : {ImportColumn::customer, ImportColumn::tier})
        if ((column == ImportColumn::customer || kind_ == ImportKind::tiers) && !has(column))
            return failure(ErrorKind::invalid,
                           fmt::format("line 1: column '{}' is missing", import_column_name(column)));
    if (kind_ == ImportKind::totals && !has(ImportColumn::points) && !has(ImportColumn::ranking_points) &&
        !has(ImportColumn::lifetime_spend))
        return failure(ErrorKind::invalid,
                       "line 1: none of the columns 'points', 'ranking_points', 'lifetime_spend' is there");
    header_ = own.text();
    return {};
}

void ImportReader::read_row(const ImportRowReader& reader, ImportRow& row) {
    row.text = lines_.text();
    if (!lines_.split(row.fault)) return;
    const auto fields = lines_.fields();
    if (fields.size() != columns_.size()) {
        row.fault = fmt::format("the row has {} fields, the header {}", fields.size(), columns_.size());
        return;
    }
    ImportCells cells{};
    CsvWriter own;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (columns_[i].meaning) cells[static_cast<std::size_t>(*columns_[i].meaning)] = fields[i];
        if (has_reject_columns_ && columns_[i].own) own.field(fields[i]);
    }
    if (has_reject_columns_) row.text = std::move(own.text());
    reader.read(cells, row);
}

Result<bool> ImportReader::read(const ImportRowReader& cells, std::vector<ImportRow>& rows,
                                std::size_t limit) {
    std::size_t bytes = 0;
    for (std::size_t taken = 0; taken < limit && bytes < kBlockTextBytes;) {
        lines_.resume();
        const auto line = lines_.next(true);
        if (!line) return tl::unexpected(line.error());
        if (*line == CsvLines::Line::end) return false;
        if (*line == CsvLines::Line::taken && lines_.text().empty()) continue;  // a blank line is no row
        ImportRow& row = rows.emplace_back();
        row.line = lines_.number();
        ++taken;
        if (*line == CsvLines::Line::too_long)
            row.fault = fmt::format("the line has more than {} bytes", kMaxFeedLineBytes);
        else
            read_row(cells, row);
        bytes += row.text.size();
    }
    return true;
}

}  // namespace tim::cli
