#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "own_environment.h"

namespace tim::integration {
namespace {

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tim-integration-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
}

Timd::Timd(const std::vector<std::string>& arguments, const Environment& environment) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    const std::string err_file = (folder_.path() / "err").string();
    std::vector<std::string> words{TIM_TIMD};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);

    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0) {
        const int err = ::open(err_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        ::dup2(pipe[1], STDOUT_FILENO);
        ::dup2(err, STDERR_FILENO);
        drop_tim_variables();
        for (const auto& [name, value] : environment)
            ::setenv(name.c_str(), value.c_str(), 1);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(pipe[1]);
    out_ = pipe[0];
}

Timd::~Timd() {
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    if (out_ >= 0) ::close(out_);
}

std::uint16_t Timd::wait_ready() {
    std::array<char, 256> piece{};
    std::size_t end = std::string::npos;
    while ((end = read_so_far_.find('\n')) == std::string::npos) {
        const ssize_t count = ::read(out_, piece.data(), piece.size());
        if (count <= 0) return 0;
        read_so_far_.append(piece.data(), static_cast<std::size_t>(count));
    }
    const std::string line = read_so_far_.substr(0, end);
    if (line.rfind("ready ", 0) != 0) return 0;
    std::uint16_t port = 0;
    std::from_chars(line.data() + line.rfind(':') + 1, line.data() + line.size(), port);
    return port;
}

void Timd::signal(int number) const {
    ::kill(pid_, number);
}

Ended Timd::wait() {
    std::array<char, 256> piece{};
    ssize_t count = 0;
    while ((count = ::read(out_, piece.data(), piece.size())) > 0) {
        read_so_far_.append(piece.data(), static_cast<std::size_t>(count));
    }
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_so_far_, read_file(folder_.path() / "err")};
}

Ended run_timd(const std::vector<std::string>& arguments, const Environment& environment) {
    return Timd(arguments, environment).wait();
}

}  // namespace tim::integration
