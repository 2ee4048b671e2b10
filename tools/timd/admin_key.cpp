#include "admin_key.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "protocol/codec/scram.h"

namespace tim::daemon {

using model::ErrorKind;
using model::failure;

namespace {

constexpr std::chrono::seconds kCommitTimeout{30};

/// Carries out one command before anyone else is served, and waits until it is durable.
model::Result<void> execute_now(runtime::Engine& engine, const model::Command& command) {
    model::Outcome outcome;
    engine.execute({&command, 1}, {&outcome, 1});
    if (outcome.refusal != model::Refusal::none) {
        return failure(ErrorKind::io, model::refusal_sentence(outcome.refusal, outcome.detail));
    }
    const auto deadline = std::chrono::steady_clock::now() + kCommitTimeout;
    while (engine.durable() < outcome.depends_on) {
        if (std::chrono::steady_clock::now() > deadline) {
            return failure(ErrorKind::io, "the ledger does not take what is written to it");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {};
}

bool opens_everything(const model::AccessKey& key) {
    return key.role == model::Role::admin && key.programs.empty() && !key.revoked;
}

/// "admin", or "admin-2", … when that was taken before.
std::string free_id(const std::vector<model::AccessKey>& known) {
    for (std::size_t number = 1;; ++number) {
        std::string id = number == 1 ? "admin" : "admin-" + std::to_string(number);
        const auto has_id = [&id](const model::AccessKey& key) { return key.id == id; };
        if (std::none_of(known.begin(), known.end(), has_id)) return id;
    }
}

}  // namespace

std::filesystem::path admin_key_file(const std::filesystem::path& data) {
    return data / "admin.key";
}

model::Result<bool> ensure_admin_key(const std::filesystem::path& data, runtime::Engine& engine) {
    const std::vector<model::AccessKey> known = engine.access_keys();
    if (std::any_of(known.begin(), known.end(), opens_everything)) return false;

    // The first start, or the last such key was revoked: whoever can start the daemon may have a new one.
    codec::AccessSecret secret;
    secret.id = free_id(known);
    codec::fill_random(secret.secret);
    codec::Salt salt{};
    codec::fill_random(salt);
    std::array<std::uint8_t, model::kRequestIdBytes> request_id{};
    codec::fill_random(request_id);
    const auto key = codec::make_access_key(secret, model::Role::admin, {}, salt);
    if (!key) return tl::unexpected(key.error());

    // A file without its key in the ledger is what a crash between these two steps leaves: it opens nothing.
    const std::filesystem::path file = admin_key_file(data);
    std::error_code code;
    std::filesystem::remove(file, code);
    if (code) return failure(ErrorKind::io, file.string() + ": " + code.message());
    if (auto written = codec::write_key_file(file, secret); !written) return tl::unexpected(written.error());

    model::Command command;
    command.kind = model::CommandKind::add_access_key;
    command.name = model::Name::request(request_id);
    command.access_key = &*key;
    if (auto added = execute_now(engine, command); !added) {
        return failure(added.error().kind,
                       "the administrator's key could not be added: " + added.error().message);
    }
    return true;
}

}  // namespace tim::daemon
