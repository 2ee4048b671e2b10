#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "engine/model/result.h"

namespace tim::cli {

/// The rows that a feed could not post, in the order of the file: line number, reason, and the row's own
/// columns, so that the file can be mended and posted. The file appears with the first such row; one that an
/// earlier run left is removed at the start.
class RejectsFile {
  public:
    /// `header`: the feed's columns.
    RejectsFile(std::string path, std::string header);

    /// Where the folder may not be written, the file goes to the working folder under the same name.
    model::Result<void> add(std::uint64_t line, std::string_view reason, std::string_view row);

    /// Writes out what is buffered.
    model::Result<void> flush();

    const std::string& path() const { return path_; }
    std::uint64_t count() const { return count_; }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    model::Result<void> open();

    std::string path_;
    std::string header_;
    std::unique_ptr<std::FILE, Close> file_;
    std::uint64_t count_ = 0;
};

}  // namespace tim::cli
