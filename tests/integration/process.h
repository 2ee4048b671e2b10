#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace tim::integration {

/// A folder that goes with the object.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// Writes a file into it.
    std::filesystem::path write(const std::string& name, const std::string& text) const;

  private:
    std::filesystem::path path_;
};

/// What a process that ended left behind.
struct Ended {
    int exit_code = -1;  ///< −1: ended by a signal
    std::string out;
    std::string err;
};

using Environment = std::vector<std::pair<std::string, std::string>>;

/// timd as a child process; killed when it still runs at the end.
class Timd {
  public:
    explicit Timd(const std::vector<std::string>& arguments, const Environment& environment = {});
    ~Timd();
    Timd(const Timd&) = delete;
    Timd& operator=(const Timd&) = delete;

    /// Waits for the line `ready HOST:PORT` and gives the port; 0 when the process ended without it.
    std::uint16_t wait_ready();
    void signal(int number) const;
    /// Waits for the end.
    Ended wait();

  private:
    pid_t pid_ = -1;
    int out_ = -1;
    std::string read_so_far_;
    TemporaryFolder folder_;  // holds what it writes to stderr
};

/// Runs timd to its end.
Ended run_timd(const std::vector<std::string>& arguments, const Environment& environment = {});

}  // namespace tim::integration
