#include "tools/tim/feed/feed_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>

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

FeedReader::FeedReader(ByteSource& source) : source_(source) {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    buffer_.resize(2 * kMaxFeedLineBytes);
}

FeedReader::~FeedReader() {
    csv_free(&parser_);
}

void FeedReader::on_field(void* bytes, std::size_t size, void* self) {
    auto& reader = *static_cast<FeedReader*>(self);
    if (reader.field_count_ == reader.fields_.size()) reader.fields_.emplace_back();
    reader.fields_[reader.field_count_++].assign(static_cast<const char*>(bytes), size);
}

/// The next line into `line_`, without its end. With `wait` false it asks the source no second time.
Result<FeedReader::Line> FeedReader::next_line(bool wait) {
    while (true) {
        char* const data = buffer_.data();
        if (const void* found = std::memchr(data + begin_, '\n', end_ - begin_)) {
            const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - data);
            std::size_t size = at - begin_;
            if (size > 0 && data[at - 1] == '\r') --size;
            line_ = {data + begin_, size};
            begin_ = at + 1;
            ++line_number_;
            if (std::exchange(skipping_, false) || size > kMaxFeedLineBytes) return Line::too_long;
            return Line::taken;
        }
        if (ended_) {
            if (begin_ == end_ && !skipping_) return Line::end;
            line_ = {data + begin_, end_ - begin_};
            begin_ = end_;
            ++line_number_;
            if (std::exchange(skipping_, false) || line_.size() > kMaxFeedLineBytes) return Line::too_long;
            return Line::taken;
        }
        if (paused_ && !wait) return Line::end;
        if (end_ - begin_ > kMaxFeedLineBytes) {
            skipping_ = true;
            begin_ = end_;
        }
        std::memmove(data, data + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        const auto got = source_.read({data + end_, buffer_.size() - end_});
        if (!got) return tl::unexpected(got.error());
        end_ += *got;
        ended_ = *got == 0;
        paused_ = true;
    }
}

bool FeedReader::split(std::string_view line, std::string& fault) {
    field_count_ = 0;
    const bool bad = csv_parse(&parser_, line.data(), line.size(), on_field, nullptr, this) != line.size() ||
                     csv_fini(&parser_, on_field, nullptr, this) != 0;
    if (!bad) return true;
    csv_free(&parser_);
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    fault = "a quote is not closed on its line, or stands inside a field";
    return false;
}

Result<void> FeedReader::read_header() {
    const auto line = next_line(true);
    if (!line) return tl::unexpected(line.error());
    if (*line == Line::end)
        return failure(ErrorKind::invalid, "the feed is empty: its first line names its columns");
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (line_.starts_with(kByteOrderMark)) line_.remove_prefix(kByteOrderMark.size());
    std::string fault;
    if (*line == Line::too_long || !split(line_, fault))
        return failure(ErrorKind::invalid, "line 1: the header cannot be read");

    std::array<bool, kFeedColumns> seen{};
    CsvWriter own;
    for (std::size_t i = 0; i < field_count_; ++i) {
        const std::string& name = fields_[i];
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
std::string FeedReader::own_text(std::string_view line) const {
    if (!has_reject_columns_ || field_count_ != columns_.size()) return std::string(line);
    CsvWriter own;
    for (std::size_t i = 0; i < field_count_; ++i)
        if (columns_[i]) own.field(fields_[i]);
    return std::move(own.text());
}

void FeedReader::read_row(FeedRowReader& reader, std::string_view line, FeedRow& row) {
    if (!split(line, row.fault)) {
        row.text = line;
        return;
    }
    row.text = own_text(line);
    if (field_count_ != columns_.size()) {
        row.fault = fmt::format("the row has {} fields, the header {}", field_count_, columns_.size());
        return;
    }
    FeedCells cells{};
    for (std::size_t i = 0; i < field_count_; ++i)
        if (columns_[i]) cells[static_cast<std::size_t>(*columns_[i])] = fields_[i];
    reader.read(cells, row);
}

Result<bool> FeedReader::read(FeedRowReader& cells, std::vector<FeedRow>& rows, std::size_t limit) {
    paused_ = false;
    for (std::size_t taken = 0; taken < limit;) {
        const auto line = next_line(taken == 0);
        if (!line) return tl::unexpected(line.error());
        if (*line == Line::end) return taken > 0 || !ended_;
        if (*line == Line::taken && line_.empty()) continue;  // a blank line is no row
        FeedRow& row = rows.emplace_back();
        row.line = line_number_;
        ++taken;
        if (*line == Line::too_long)
            row.fault = fmt::format("the line has more than {} bytes", kMaxFeedLineBytes);
        else
            read_row(cells, line_, row);
    }
    return true;
}

}  // namespace tim::cli
