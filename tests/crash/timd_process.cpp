#include "tests/crash/timd_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <system_error>

#include "tests/integration/own_environment.h"
#include "tests/support/engine_fixture.h"

namespace tim::tests {

namespace {

constexpr int kReadyTimeoutMs = 60'000;
constexpr int kStartAttempts = 20;

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tim-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) fail("no temporary folder can be made");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

TimdProcess::TimdProcess(std::filesystem::path data, std::vector<std::string> options)
    : data_(std::move(data)), options_(std::move(options)) {}

TimdProcess::~TimdProcess() {
    if (pid_ > 0) kill();
}

void TimdProcess::start() {
    // The port of a process that was killed may take a moment to be free again.
    for (int attempt = 0; attempt < kStartAttempts; ++attempt) {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("no pipe");
        std::vector<std::string> words{
            TIM_TIMD_PATH, "--data", data_.string(), "--listen", "127.0.0.1:" + std::to_string(port_),
            "--log-level", "error"};
        words.insert(words.end(), options_.begin(), options_.end());
        std::vector<char*> arguments;
        for (auto& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(ends[1], STDOUT_FILENO);
            integration::drop_tim_variables();
            ::execv(arguments[0], arguments.data());
            ::_exit(127);
        }
        ::close(ends[1]);
        output_ = ends[0];

        std::string said;
        pollfd waiting{output_, POLLIN, 0};
        while (::poll(&waiting, 1, kReadyTimeoutMs) > 0) {
            std::array<char, 256> buffer{};
            const auto count = ::read(output_, buffer.data(), buffer.size());
            if (count <= 0) break;
            said.append(buffer.data(), static_cast<std::size_t>(count));
            const auto ready = said.find("ready ");
            const auto end = ready == std::string::npos ? ready : said.find('\n', ready);
            if (end == std::string::npos) continue;
            const std::string address = said.substr(ready + 6, end - ready - 6);
            port_ = static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
            return;
        }
        kill();
        ::usleep(100'000);
    }
    fail("timd does not start");
}

void TimdProcess::kill() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(output_);
    pid_ = -1;
}

int TimdProcess::stop() {
    ::kill(pid_, SIGTERM);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ::close(output_);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace tim::tests
