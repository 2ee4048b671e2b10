#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "engine/model/result.h"

namespace tim::cli {

/// What is written to a file, which appears whole or not at all, or to stdout as it comes.
class Output {
  public:
    /// `-` is stdout.
    static model::Result<Output> open(const std::string& path);
    Output(Output&&) = default;
    Output& operator=(Output&&) = default;
    ~Output();

    model::Result<void> write(const std::string& text);
    model::Result<void> finish();

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    Output() = default;
    std::string partial() const { return path_ + ".partial"; }
    std::string name() const { return file_ ? path_ : "standard output"; }

    std::string path_;
    std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace tim::cli
