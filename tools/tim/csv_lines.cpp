#include "tools/tim/csv_lines.h"

#include <fmt/format.h>

#include <cstring>
#include <new>
#include <utility>

namespace tim::cli {

CsvLines::CsvLines(ByteSource& source) : source_(source) {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    buffer_.resize(2 * kMaxFeedLineBytes);
}

CsvLines::~CsvLines() {
    csv_free(&parser_);
}

void CsvLines::on_field(void* bytes, std::size_t size, void* self) {
    auto& lines = *static_cast<CsvLines*>(self);
    if (lines.count_ == lines.fields_.size()) lines.fields_.emplace_back();
    lines.fields_[lines.count_++].assign(static_cast<const char*>(bytes), size);
}

model::Result<CsvLines::Line> CsvLines::next(bool wait) {
    while (true) {
        char* const data = buffer_.data();
        if (const void* found = std::memchr(data + begin_, '\n', end_ - begin_)) {
            const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - data);
            std::size_t size = at - begin_;
            if (size > 0 && data[at - 1] == '\r') --size;
            line_ = {data + begin_, size};
            begin_ = at + 1;
            ++number_;
            if (std::exchange(skipping_, false) || size > kMaxFeedLineBytes) return Line::too_long;
            return Line::taken;
        }
        if (ended_) {
            if (begin_ == end_ && !skipping_) return Line::end;
            line_ = {data + begin_, end_ - begin_};
            begin_ = end_;
            ++number_;
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

bool CsvLines::split_text(std::string_view text) {
    count_ = 0;
    const bool bad = csv_parse(&parser_, text.data(), text.size(), on_field, nullptr, this) != text.size() ||
                     csv_fini(&parser_, on_field, nullptr, this) != 0;
    if (!bad) return true;
    csv_free(&parser_);
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
    return false;
}

model::Result<void> CsvLines::take_header(std::string_view file) {
    using model::ErrorKind;
    const auto line = next(true);
    if (!line) return tl::unexpected(line.error());
    if (*line == Line::end)
        return model::failure(ErrorKind::invalid,
                              fmt::format("the {} is empty: its first line names its columns", file));
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    std::string_view text = line_;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    if (*line == Line::too_long || !split_text(text))
        return model::failure(ErrorKind::invalid, "line 1: the header cannot be read");
    return {};
}

bool CsvLines::split(std::string& fault) {
    if (split_text(line_)) return true;
    fault = "a quote is not closed on its line, or stands inside a field";
    return false;
}

}  // namespace tim::cli
