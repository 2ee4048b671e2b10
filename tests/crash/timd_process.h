#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tim::tests {

/// A folder under the system's place for temporary files that goes with this object.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

/// A `timd` of this build as a child process; killed, if it still runs, when this object goes. What does not
/// go as it should ends the test program with a sentence.
class TimdProcess {
  public:
    TimdProcess(std::filesystem::path data, std::vector<std::string> options);
    ~TimdProcess();
    TimdProcess(const TimdProcess&) = delete;
    TimdProcess& operator=(const TimdProcess&) = delete;

    /// Starts it and waits for its `ready` line. The first start takes a free port, later ones the same
    /// again.
    void start();
    /// kill -9.
    void kill();
    /// SIGTERM; gives the exit code.
    int stop();

    std::string server() const { return "127.0.0.1:" + std::to_string(port_); }
    std::filesystem::path key_file() const { return data_ / "admin.key"; }

  private:
    std::filesystem::path data_;
    std::vector<std::string> options_;
    std::uint16_t port_ = 0;
    pid_t pid_ = -1;
    int output_ = -1;
};

}  // namespace tim::tests
