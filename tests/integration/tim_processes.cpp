#include "tests/integration/tim_processes.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

#include "tests/integration/own_environment.h"

namespace tim::integration {
namespace {

constexpr const char* kProgram = R"({
  "id": "shop", "name": "Shop", "currency": "VND", "time_zone": "Asia/Ho_Chi_Minh",
  "points": { "unit": "điểm", "earn": { "per_amount": "10000", "points": 1 }, "redeem": { "points": 1, "value": "1000" } },
  "tiering": { "criterion": "lifetime_spend", "downgrade": "immediate", "review": "never" },
  "tiers": [
    { "id": "dong", "name": "Đồng", "min": "0", "max": "2999999" },
    { "id": "bac",  "name": "Bạc",  "min": "3000000", "max": "9999999" },
    { "id": "vang", "name": "Vàng", "min": "10000000", "keep_points": 100 } ]
})";

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int exit_code(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

std::string Ended::last_line() const {
    std::string text = out;
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text.substr(text.rfind('\n') + 1);
}

Process::Process(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    const std::string number = std::to_string(++count_);
    out_ = folder / ("out." + number);
    err_ = folder / ("err." + number);
    std::vector<char*> pointers;
    for (std::string& argument : arguments)
        pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    const std::string out = out_.string();
    const std::string err = err_.string();
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("cannot fork");
    if (process_ == 0) {
        ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
        ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
        drop_tim_variables();
        ::execv(pointers[0], pointers.data());
        ::_exit(127);
    }
}

Process::~Process() {
    if (status_) return;
    ::kill(process_, SIGKILL);
    int status = 0;
    ::waitpid(process_, &status, 0);
}

void Process::signal(int number) const {
    if (!status_) ::kill(process_, number);
}

bool Process::running() {
    int status = 0;
    if (!status_ && ::waitpid(process_, &status, WNOHANG) == process_) status_ = status;
    return !status_;
}

Ended Process::wait() {
    if (!status_) {
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        status_ = status;
    }
    return {exit_code(*status_), read_file(out_), read_file(err_)};
}

std::string Process::out() const {
    return read_file(out_);
}

TestShop::TestShop(std::vector<std::string> options) : options_(std::move(options)) {
    std::string name = (std::filesystem::temp_directory_path() / "tim-programs-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    folder_ = name;
    start();
}

TestShop::~TestShop() {
    daemon_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

void TestShop::start() {
    std::vector<std::string> arguments = {TIM_PROGRAM_TIMD, "--data", (folder_ / "data").string(), "--listen",
                                          address_};
    arguments.insert(arguments.end(), options_.begin(), options_.end());
    daemon_.reset();
    daemon_.emplace(folder_, arguments);
    while (true) {
        const std::string out = "\n" + daemon_->out();
        const auto ready = out.find("\nready ");
        if (ready != std::string::npos && out.find('\n', ready + 1) != std::string::npos) {
            address_ = out.substr(ready + 7, out.find('\n', ready + 1) - ready - 7);
            return;
        }
        if (!daemon_->running()) throw std::runtime_error("timd does not start: " + daemon_->wait().err);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

int TestShop::stop() {
    daemon_->signal(SIGTERM);
    return daemon_->wait().code;
}

void TestShop::kill() {
    daemon_->signal(SIGKILL);
    daemon_->wait();
}

std::vector<std::string> TestShop::command_line(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {TIM_PROGRAM_TIM, "--server", address_, "--key-file", key_file()});
    return arguments;
}

Ended TestShop::tim(std::vector<std::string> arguments) const {
    return Process(folder_, command_line(std::move(arguments))).wait();
}

Process TestShop::begin_tim(std::vector<std::string> arguments) const {
    return Process(folder_, command_line(std::move(arguments)));
}

std::string TestShop::write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return (folder_ / name).string();
}

std::string TestShop::read(const std::string& name) const {
    return read_file(folder_ / name);
}

void TestShop::put_program() const {
    const Ended put = tim({"program", "put", write("shop.json", kProgram)});
    ASSERT_EQ(put.code, 0) << put.err;
}

}  // namespace tim::integration
