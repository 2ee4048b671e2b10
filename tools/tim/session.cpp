#include "tools/tim/session.h"

#include <fmt/format.h>

namespace tim::cli {

using model::ErrorKind;
using model::failure;
using model::Result;

std::string ProgramVersion::tier_id(std::size_t index) const {
    return index < program().tiers.size() ? program().tiers[index].id : std::string();
}

std::string ProgramVersion::tier_name(std::size_t index) const {
    if (index >= program().tiers.size()) return {};
    const model::Tier& tier = program().tiers[index];
    return tier.name.empty() ? tier.id : tier.name;
}

std::string ProgramVersion::metric(std::int64_t value) const {
    return model::is_money(program().tiering.criterion) ? money({value}) : std::to_string(value);
}

Result<std::unique_ptr<Session>> Session::open(client::ConnectOptions connect, bool stays) {
    client::ClientOptions options;
    options.connect = std::move(connect);
    options.reconnect = stays;
    options.reconnect_back_off = {20, 1'000};
    const std::int64_t patience_ms = stays ? options.connect.connect_timeout_ms : 0;
    std::unique_ptr<Session> session(new Session(std::move(options)));
    if (auto reached = session->client_.ping(patience_ms); !reached) return tl::unexpected(reached.error());
    return session;
}

Result<std::string> only_program(const std::vector<client::ProgramSummary>& programs) {
    if (programs.empty())
        return failure(ErrorKind::not_found, "there is no program yet; load one with: tim program put FILE");
    if (programs.size() == 1) return programs.front().id;
    std::string ids;
    for (const client::ProgramSummary& program : programs)
        ids += (ids.empty() ? "" : ", ") + program.id;
    return failure(ErrorKind::invalid, fmt::format("there are {} programs ({}): choose one with --program",
                                                   programs.size(), ids));
}

Result<std::string> Session::pick_program(const std::string& wanted) {
    if (!wanted.empty()) return wanted;
    const auto programs = client_.programs();
    if (!programs) return tl::unexpected(programs.error());
    return only_program(*programs);
}

Result<const ProgramVersion*> Session::program(const std::string& id, model::VersionId version) {
    const auto key = std::pair(id, version.value);
    if (const auto found = programs_.find(key); found != programs_.end()) return found->second.get();
    auto info = client_.program(id, version);
    if (!info) return tl::unexpected(info.error());
    return programs_.emplace(key, std::make_unique<ProgramVersion>(std::move(*info))).first->second.get();
}

}  // namespace tim::cli
