#include "protocol/server/batch.h"

#include <algorithm>
#include <utility>

#include "protocol/server/connection.h"
#include "protocol/server/limits.h"

namespace tim::server {

const model::Program* Batch::keep(model::Program program) {
    return &programs_.emplace_back(std::move(program));
}

const model::AccessKey* Batch::keep(model::AccessKey key) {
    return &access_keys_.emplace_back(std::move(key));
}

const model::TierAct* Batch::keep(model::TierAct act) {
    return &tier_acts_.emplace_back(std::move(act));
}

const model::ClassifyTerms* Batch::keep(model::ClassifyTerms terms) {
    return &class_terms_.emplace_back(std::move(terms));
}

void Batch::add_request(Connection& connection, std::uint32_t correlation, ReplyForm form,
                        std::size_t first) {
    requests_.push_back({&connection, correlation, static_cast<std::uint32_t>(first),
                         static_cast<std::uint32_t>(commands_.size() - first), form});
    join(connection);
}

void Batch::refuse(std::size_t command, model::Refusal refusal) {
    // The engine still answers it, so that outcomes keep their places; an empty balance changes nothing.
    commands_[command] = model::Command{};
    refused_.push_back({command, refusal});
}

void Batch::join(Connection& connection) {
    if (connection.enter_batch()) connections_.push_back(&connection);
}

bool Batch::full() const {
    return commands_.size() >= kBatchRows;
}

void Batch::run(runtime::Engine& engine, std::vector<Connection*>& connections) {
    if (outcomes_.size() < commands_.size()) outcomes_.resize(commands_.size());
    if (!commands_.empty())
        engine.execute(commands_, std::span(outcomes_).first(commands_.size()), runtime::Follows::more);
    for (const Refused& refused : refused_) {
        outcomes_[refused.command] = model::Outcome{};
        outcomes_[refused.command].refusal = refused.refusal;
    }
    for (const Request& request : requests_) {
        request.connection->answer(request.correlation, request.form,
                                   std::span(commands_).subspan(request.first, request.count),
                                   std::span(outcomes_).subspan(request.first, request.count));
    }
    commands_.clear();
    requests_.clear();
    refused_.clear();
    enrollments_.clear();
    sale_details_.clear();
    network_terms_.clear();
    order_terms_.clear();
    reward_terms_.clear();
    programs_.clear();
    access_keys_.clear();
    tier_acts_.clear();
    class_terms_.clear();
    care_terms_.clear();
    connections.clear();
    std::swap(connections, connections_);
    for (Connection* connection : connections)
        connection->leave_batch();
}

}  // namespace tim::server
