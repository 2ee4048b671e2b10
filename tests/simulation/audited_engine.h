#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/runtime/engine.h"
#include "engine/runtime/relation_queries.h"
#include "engine/runtime/reward_queries.h"
#include "tests/support/commands.h"

namespace tim::tests {

/// An engine that hands everything on, and tells what was executed: so a simulation sees the commands that
/// came through the protocol as the engine saw them.
class AuditedEngine final : public runtime::Engine {
  public:
    using Executed = std::function<void(std::span<const OwnedCommand>, std::span<const model::Outcome>)>;

    AuditedEngine(runtime::Engine& engine, Executed executed)
        : engine_(engine), executed_(std::move(executed)) {}

    using Engine::execute;
    void flush() override { engine_.flush(); }
    void execute(std::span<const model::Command> commands, std::span<model::Outcome> outcomes,
                 runtime::Follows follows) override {
        engine_.execute(commands, outcomes, follows);
        std::vector<OwnedCommand> owned;
        owned.reserve(commands.size());
        for (const auto& command : commands)
            owned.push_back(OwnedCommand::copy_of(command));
        executed_(owned, outcomes);
    }
    model::Sequence durable() const override { return engine_.durable(); }
    void on_durable(std::function<void()> notify) override { engine_.on_durable(std::move(notify)); }
    void on_fatal(std::function<void(const model::Error&)> notify) override {
        engine_.on_fatal(std::move(notify));
    }
    void on_space(std::function<void(const runtime::SpaceNotice&)> notify) override {
        engine_.on_space(std::move(notify));
    }
    std::optional<model::ProgramId> find_program(std::string_view id) const override {
        return engine_.find_program(id);
    }
    std::shared_ptr<const model::AccessKey> find_access_key(std::string_view id) const override {
        return engine_.find_access_key(id);
    }
    std::vector<model::Effect> effects(model::Sequence first) const override {
        return engine_.effects(first);
    }
    model::Result<runtime::ProgramVersion> program(model::ProgramId id,
                                                   model::VersionId version) const override {
        return engine_.program(id, version);
    }
    std::vector<runtime::ProgramVersion> programs() const override { return engine_.programs(); }
    std::vector<model::AccessKey> access_keys() const override { return engine_.access_keys(); }
    model::Result<runtime::CustomerView> show(model::ProgramId program,
                                              const model::CustomerRef& customer) override {
        return engine_.show(program, customer);
    }
    model::Result<std::vector<runtime::HistoryEntry>> history(model::ProgramId program,
                                                              const model::CustomerRef& customer,
                                                              model::Sequence before,
                                                              std::size_t limit) override {
        return engine_.history(program, customer, before, limit);
    }
    model::Result<std::vector<runtime::CustomerView>> customers(model::ProgramId program,
                                                                model::CustomerId after,
                                                                std::size_t limit) override {
        return engine_.customers(program, after, limit);
    }
    model::Result<runtime::LedgerPage> ledger(model::ProgramId program, model::Sequence after,
                                              std::size_t limit) override {
        return engine_.ledger(program, after, limit);
    }
    model::Result<runtime::AuditPage> audit(const runtime::AuditQuery& query) override {
        return engine_.audit(query);
    }
    runtime::NetworkQueries& network() override { return engine_.network(); }
    runtime::RelationQueries& relations() override { return engine_.relations(); }
    runtime::RewardQueries& rewards() override { return engine_.rewards(); }
    runtime::CareQueries& care() override { return engine_.care(); }
    runtime::IdentityQueries& identity() override { return engine_.identity(); }
    runtime::FollowQueries& following() override { return engine_.following(); }
    model::Result<runtime::VerifyReport> verify(
        const std::function<void(std::uint64_t, std::uint64_t)>& progress) override {
        return engine_.verify(progress);
    }
    model::Result<runtime::CustomerView> show_as_of(model::ProgramId program,
                                                    const model::CustomerRef& customer,
                                                    model::Instant as_of) override {
        return engine_.show_as_of(program, customer, as_of);
    }
    model::Result<runtime::StandingView> standing(model::ProgramId program,
                                                  const model::CustomerRef& customer) override {
        return engine_.standing(program, customer);
    }
    model::Result<runtime::Explanation> explain(model::ProgramId program,
                                                const model::Name& receipt) override {
        return engine_.explain(program, receipt);
    }
    model::Result<runtime::OrderView> order(model::ProgramId program, const model::Name& receipt) override {
        return engine_.order(program, receipt);
    }
    model::Result<runtime::OrdersPage> orders(model::ProgramId program, const model::CustomerRef& customer,
                                              bool pending, model::Sequence before,
                                              std::size_t limit) override {
        return engine_.orders(program, customer, pending, before, limit);
    }
    model::Result<runtime::WhatIf> what_if(model::ProgramId program, const model::Program& change,
                                           const runtime::WhatIfQuery& query) override {
        return engine_.what_if(program, change, query);
    }
    model::Result<runtime::RecomputeReport> recompute(
        model::ProgramId program,
        const std::function<void(std::uint64_t, std::uint64_t)>& progress) override {
        return engine_.recompute(program, progress);
    }
    std::vector<runtime::Stat> stats() const override { return engine_.stats(); }
    bool step_commit() override { return engine_.step_commit(); }
    bool step_sweep() override { return engine_.step_sweep(); }
    model::Result<void> checkpoint() override { return engine_.checkpoint(); }
    model::Result<void> stop() override { return engine_.stop(); }

  private:
    runtime::Engine& engine_;
    Executed executed_;
};

}  // namespace tim::tests
