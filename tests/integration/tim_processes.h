#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tim::integration {

/// What a program that has ended left behind.
struct Ended {
    int code = -1;  ///< 128 + the signal, when one ended it
    std::string out;
    std::string err;

    /// The last line on stdout.
    std::string last_line() const;
};

/// A program under way. Killed, when it still runs, as the object goes.
class Process {
  public:
    /// stdout and stderr go to files under `folder`.
    Process(const std::filesystem::path& folder, std::vector<std::string> arguments);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void signal(int number) const;
    /// Whether it still runs.
    bool running();
    /// Waits for its end.
    Ended wait();
    /// What it has written to stdout until now.
    std::string out() const;

  private:
    static inline int count_ = 0;

    std::filesystem::path out_;
    std::filesystem::path err_;
    pid_t process_ = -1;
    std::optional<int> status_;
};

/// A folder with a daemon in it, and the command line that talks to it.
class TestShop {
  public:
    /// Further options of the daemon, such as `--clock events`.
    explicit TestShop(std::vector<std::string> options = {"--clock", "events"});
    ~TestShop();
    TestShop(const TestShop&) = delete;
    TestShop& operator=(const TestShop&) = delete;

    /// Starts the daemon, at its former port when it ran before, and waits until it serves.
    void start();
    /// SIGTERM, and its exit code.
    int stop();
    /// kill -9
    void kill();

    /// Runs `tim` with the server's address and key, and these arguments, to its end.
    Ended tim(std::vector<std::string> arguments) const;
    Process begin_tim(std::vector<std::string> arguments) const;

    std::string write(const std::string& name, const std::string& content) const;
    std::string read(const std::string& name) const;
    std::filesystem::path path(const std::string& name) const { return folder_ / name; }
    std::string key_file() const { return (folder_ / "data" / "admin.key").string(); }
    const std::string& address() const { return address_; }

    /// Puts the program of the examples in force: VND, 10,000 for a point, Đồng, Bạc from 3,000,000, Vàng
    /// from 10,000,000 with a floor of 100 points.
    void put_program() const;

  private:
    std::vector<std::string> command_line(std::vector<std::string> arguments) const;

    std::filesystem::path folder_;
    std::vector<std::string> options_;
    std::string address_ = "127.0.0.1:0";
    std::optional<Process> daemon_;
};

}  // namespace tim::integration
