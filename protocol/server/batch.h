#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "engine/model/command.h"
#include "engine/runtime/engine.h"

namespace tim::server {

class Connection;

/// How the outcomes of a request's commands are told.
enum class ReplyForm : std::uint8_t { sales, commands, detailed_sales };

/// The commands that one thread's connections have taken since the last run, in the order in which they came.
/// Running it carries them out together and writes the replies into the connections' outboxes. What the
/// commands point to (their connections' read buffers, and the documents here) stays put until then. Belongs
/// to one thread.
class Batch {
  public:
    /// Where a connection puts the commands of one request. Finish with `add_request`; commands that were
    /// appended since the last one belong to it.
    std::vector<model::Command>& commands() { return commands_; }
    std::deque<model::Enrollment>& enrollments() { return enrollments_; }
    std::deque<model::SaleDetails>& sale_details() { return sale_details_; }
    std::deque<model::NetworkTerms>& network_terms() { return network_terms_; }
    std::deque<model::OrderTerms>& order_terms() { return order_terms_; }
    std::deque<model::RewardTerms>& reward_terms() { return reward_terms_; }
    std::deque<model::CareTerms> care_terms_;
    std::deque<model::CareTerms>& care_terms() { return care_terms_; }
    const model::Program* keep(model::Program program);
    const model::AccessKey* keep(model::AccessKey key);
    const model::TierAct* keep(model::TierAct act);
    const model::ClassifyTerms* keep(model::ClassifyTerms terms);

    /// The commands from `first` on are a request of `connection`, which joins the batch.
    void add_request(Connection& connection, std::uint32_t correlation, ReplyForm form, std::size_t first);
    /// The command is not to be carried out: whatever it says, it changes nothing and is refused so.
    void refuse(std::size_t command, model::Refusal refusal);
    /// The connection is to be told when this batch has run, though it has no request in it.
    void join(Connection& connection);

    /// Enough for one run: connections leave further requests in their buffers until it is done.
    bool full() const;
    bool empty() const { return connections_.empty(); }
    std::size_t size() const { return commands_.size(); }

    /// Carries everything out; the engine's `flush` is the caller's business. Every reply is in its
    /// connection's outbox afterwards, sealed. Fills `connections` with those that took part; the batch is
    /// empty again.
    void run(runtime::Engine& engine, std::vector<Connection*>& connections);

  private:
    struct Request {
        Connection* connection;
        std::uint32_t correlation;
        std::uint32_t first;
        std::uint32_t count;
        ReplyForm form;
    };
    struct Refused {
        std::size_t command;
        model::Refusal refusal;
    };

    std::vector<model::Command> commands_;
    std::vector<model::Outcome> outcomes_;
    std::vector<Request> requests_;
    std::vector<Refused> refused_;
    std::vector<Connection*> connections_;
    std::deque<model::Enrollment> enrollments_;
    std::deque<model::SaleDetails> sale_details_;
    std::deque<model::NetworkTerms> network_terms_;
    std::deque<model::OrderTerms> order_terms_;
    std::deque<model::RewardTerms> reward_terms_;
    std::deque<model::Program> programs_;
    std::deque<model::AccessKey> access_keys_;
    std::deque<model::TierAct> tier_acts_;
    std::deque<model::ClassifyTerms> class_terms_;
};

}  // namespace tim::server
