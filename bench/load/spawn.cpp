#include "bench/load/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace tim::bench {
namespace {

using model::ErrorKind;
using model::failure;
using model::Result;

/// `timd` where an installation or a build tree has it: beside this program, or in its own folder of the
/// tree.
Result<std::filesystem::path> find_timd(const std::filesystem::path& wanted) {
    std::error_code ignored;
    if (!wanted.empty()) {
        if (std::filesystem::exists(wanted, ignored)) return wanted;
        return failure(ErrorKind::not_found, fmt::format("{}: there is no such program", wanted.string()));
    }
    const auto here = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const auto& candidate :
         {here / "timd", here.parent_path() / "timd", here.parent_path() / "tools" / "timd" / "timd",
          here.parent_path() / "tools" / "timd"})
        if (std::filesystem::is_regular_file(candidate, ignored)) return candidate;
    return failure(ErrorKind::not_found, "timd is not beside tim-bench; name it with --timd");
}

/// The address in the line `ready HOST:PORT`.
Result<std::string> read_ready(int descriptor) {
    std::string text;
    std::array<char, 512> buffer{};
    while (true) {
        for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
            const std::string line = text.substr(0, end);
            text.erase(0, end + 1);
            if (line.starts_with("ready ")) return line.substr(6);
        }
        const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return failure(ErrorKind::unavailable, "timd ended before it served");
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

Result<std::unique_ptr<Daemon>> Daemon::start(const Settings& settings) {
    const auto program = find_timd(settings.timd);
    if (!program) return tl::unexpected(program.error());

    std::unique_ptr<Daemon> daemon(new Daemon);
    daemon->folder_ = settings.folder;
    if (settings.folder.empty()) {
        std::string name = (std::filesystem::temp_directory_path() / "tim-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            return failure(ErrorKind::io, fmt::format("{}: {}", name, std::strerror(errno)));
        daemon->folder_ = name;
        daemon->temporary_ = true;
    }

    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return failure(ErrorKind::io, std::strerror(errno));
    const std::string folder = daemon->folder_.string();
    const std::string path = program->string();
    const std::array<const char*, 8> arguments = {path.c_str(),
                                                  "--data",
                                                  folder.c_str(),
                                                  "--listen",
                                                  "127.0.0.1:0",
                                                  "--durability",
                                                  settings.durability.c_str(),
                                                  nullptr};
    const pid_t process = ::fork();
    if (process < 0) return failure(ErrorKind::io, std::strerror(errno));
    if (process == 0) {
        ::dup2(pipe[1], STDOUT_FILENO);
        ::execv(path.c_str(), const_cast<char* const*>(arguments.data()));
        ::_exit(127);
    }
    ::close(pipe[1]);
    daemon->process_ = process;
    auto address = read_ready(pipe[0]);
    ::close(pipe[0]);
    if (!address) return tl::unexpected(address.error());
    daemon->address_ = std::move(*address);
    return daemon;
}

Result<void> Daemon::stop() {
    if (process_ <= 0) return {};
    ::kill(process_, SIGTERM);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return failure(ErrorKind::io, WIFSIGNALED(status)
                                      ? fmt::format("timd was ended by signal {}", WTERMSIG(status))
                                      : fmt::format("timd ended with status {}", WEXITSTATUS(status)));
}

Daemon::~Daemon() {
    (void)stop();
    std::error_code ignored;
    if (temporary_) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace tim::bench
