#include "tools/tim/feed/rejects.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "tools/tim/csv_lines.h"
#include "tools/tim/csv_writer.h"

namespace tim::cli {

using model::ErrorKind;
using model::failure;
using model::Result;

RejectsFile::RejectsFile(std::string path, std::string header)
    : path_(std::move(path)), header_(std::move(header)) {
    std::error_code ignored;  // a folder that cannot be written holds no file of ours
    std::filesystem::remove(path_, ignored);
}

Result<void> RejectsFile::open() {
    file_.reset(std::fopen(path_.c_str(), "we"));
    if (!file_ && (errno == EACCES || errno == EROFS || errno == EPERM)) {
        path_ = std::filesystem::path(path_).filename().string();
        file_.reset(std::fopen(path_.c_str(), "we"));
    }
    if (!file_) return failure(ErrorKind::io, fmt::format("{}: {}", path_, std::strerror(errno)));
    CsvWriter heading;
    heading.field(kRejectedLine).field(kRejectedReason);
    fmt::print(file_.get(), "{},{}\n", heading.text(), header_);
    return {};
}

Result<void> RejectsFile::add(std::uint64_t line, std::string_view reason, std::string_view row) {
    if (!file_) {
        if (auto opened = open(); !opened) return opened;
    }
    CsvWriter text;
    text.field(std::to_string(line)).field(reason);
    fmt::print(file_.get(), "{},{}\n", text.text(), row);
    ++count_;
    if (std::ferror(file_.get())) return failure(ErrorKind::io, fmt::format("{}: cannot be written", path_));
    return {};
}

Result<void> RejectsFile::flush() {
    if (file_ && std::fflush(file_.get()) != 0)
        return failure(ErrorKind::io, fmt::format("{}: {}", path_, std::strerror(errno)));
    return {};
}

}  // namespace tim::cli
