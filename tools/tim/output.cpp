#include "tools/tim/output.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace tim::cli {

namespace {

tl::unexpected<model::Error> fault(const std::string& file) {
    return model::failure(model::ErrorKind::io, fmt::format("{}: {}", file, std::strerror(errno)));
}

}  // namespace

model::Result<Output> Output::open(const std::string& path) {
    Output output;
    output.path_ = path;
    if (path == "-") return output;
    output.file_.reset(std::fopen(output.partial().c_str(), "we"));
    if (!output.file_) return fault(output.partial());
    return output;
}

Output::~Output() {
    std::error_code ignored;
    if (file_) std::filesystem::remove(partial(), ignored);
}

model::Result<void> Output::write(const std::string& text) {
    std::FILE* const to = file_ ? file_.get() : stdout;
    if (std::fwrite(text.data(), 1, text.size(), to) != text.size()) return fault(name());
    return {};
}

model::Result<void> Output::finish() {
    if (std::fflush(file_ ? file_.get() : stdout) != 0) return fault(name());
    if (!file_) return {};
    if (std::rename(partial().c_str(), path_.c_str()) != 0) return fault(path_);
    file_.reset();
    return {};
}

}  // namespace tim::cli
