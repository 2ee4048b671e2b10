#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "clients/cpp/blocking_client.h"
#include "engine/model/calendar.h"
#include "engine/model/money.h"
#include "engine/model/program.h"
#include "engine/model/result.h"

namespace tim::cli {

/// One version of a program, with what its figures need to be shown.
struct ProgramVersion {
    client::ProgramInfo info;

    explicit ProgramVersion(client::ProgramInfo program) : info(std::move(program)) {}

    const model::Program& program() const { return info.program; }
    /// "" when the index is none of this version's.
    std::string tier_id(std::size_t index) const;
    std::string tier_name(std::size_t index) const;
    std::string money(model::Money amount) const {
        return model::format_money(amount, info.program.currency);
    }
    /// The figure that the tiers look at: money or points, as the criterion says.
    std::string metric(std::int64_t value) const;
};

/// One connection for commands that are given one after the other, and the programs that it has met. It does
/// not come back by itself, unless it is to: a person sees at once that the server is away. One thread.
class Session {
  public:
    /// Connects and proves the key; errors: unavailable, denied. With `stays` a connection that is lost later
    /// is made anew, again and again.
    static model::Result<std::unique_ptr<Session>> open(client::ConnectOptions options, bool stays = false);

    client::BlockingClient& client() { return client_; }

    /// The id of the program to use: `wanted`, or the only one that the key may touch.
    model::Result<std::string> pick_program(const std::string& wanted);

    /// A version of a program, 0 for the newest; asked for once.
    model::Result<const ProgramVersion*> program(const std::string& id, model::VersionId version = {});

  private:
    explicit Session(client::ClientOptions options) : client_(std::move(options)) {}

    client::BlockingClient client_;
    std::map<std::pair<std::string, std::uint16_t>, std::unique_ptr<ProgramVersion>> programs_;
};

/// Of the programs that a key may touch, the one to use when none was named; errors tell people what to do.
model::Result<std::string> only_program(const std::vector<client::ProgramSummary>& programs);

}  // namespace tim::cli
