#include <fmt/format.h>

#include <vector>

#include "engine/core/apply.h"
#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::ErrorKind;
using model::failure;
using model::Instant;
using model::Sequence;
using storage::StoredFact;

namespace {

/// One customer by itself, folded by the same `apply` as everybody: customer 1 of a program 1 that has the
/// program's versions.
class LoneCustomer {
  public:
    LoneCustomer(const core::ProgramState& program, const model::DocumentFormat& documents)
        : state_(documents, 0, 0), program_(state_.add_program(program.name())) {
        for (std::uint16_t number = 1; number <= program.version_count(); ++number) {
            const core::Rules& rules = program.version({number});
            auto again = core::Rules::compile(rules.shared_program(), rules.version(), rules.effective(),
                                              number == 1 ? nullptr : &program_.newest());
            TIM_INVARIANT(again, "a version that is in force can be compiled");
            program_.add_version(std::move(*again));
        }
    }

    /// Whether the fact, of the customer or the customer's wallet, leads to the state that it says.
    bool add(const StoredFact& stored) {
        model::Fact fact = stored.fact;
        fact.subject = model::Subject::of(fact.subject.kind(), program_.id(), kCustomer.value);
        return core::apply(state_, fact, stored.sequence, stored.blob) == fact.check;
    }

    CustomerView view(model::CustomerId customer, Instant at, Sequence& profile) const {
        // A customer's time never runs behind a command, so a late one may have been judged by a newer
        // version than that of the instant.
        const core::CustomerRecord& stored = program_.customers.at(kCustomer.value);
        const core::Rules& of_then = program_.version_at(at);
        const core::Rules& rules =
            of_then.version() < stored.version ? program_.version(stored.version) : of_then;
        const core::PointsDraft settled = settled_customer(program_, kCustomer, at, rules);
        profile = settled.record.profile;
        CustomerView view = figures_of(customer, settled, rules);
        put_classes(view, program_, kCustomer, settled.record, rules);
        put_orders(view, program_, kCustomer, settled.record, rules, at);
        if (const core::Wallet* const wallet = program_.wallet(kCustomer))
            put_wallet(view, core::settled_wallet(program_, *wallet, at));
        return view;
    }

  private:
    static constexpr model::CustomerId kCustomer{1};

    core::State state_;
    core::ProgramState& program_;
};

}  // namespace

Result<CustomerView> EngineImpl::show_as_of(model::ProgramId id, const model::CustomerRef& customer,
                                            Instant as_of) {
    core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    const auto found = resolve_customer(*program, customer);
    if (!found) return tl::unexpected(found.error());
    if (as_of > now_of(*program, clock_.now()))
        return failure(ErrorKind::invalid, "that instant is still to come");
    Sequence next;
    Sequence wallet_next{};
    {
        const StripeLocks::Guard stripe(stripes_, stripe_bit(*found));
        next = program->customers.at(found->value).last;
        if (const core::Wallet* const wallet = program->wallet(*found)) wallet_next = wallet->last;
    }
    if (!wait_durable(std::max(next, wallet_next))) return failure(ErrorKind::io, "a commit failed");

    // From the newest back: what stands before the oldest fact that was not known is what was known.
    std::vector<Sequence> chain;
    const auto walk_back = [&](Sequence from) {
        const std::size_t begin = chain.size();
        while (from.value != 0 && !options_.stop_queries.stop_requested()) {
            const StoredFact stored = fact_at(from);
            const bool by_clock = options_.time == TimeSource::system;
            if ((by_clock ? stored.fact.recorded : stored.fact.at) > as_of)
                chain.resize(begin);
            else
                chain.push_back(from);
            from = stored.fact.previous;
        }
        return chain.size() > begin;
    };
    walk_back(wallet_next);  // first, so that it is folded last
    const bool enrolled = walk_back(next);
    if (options_.stop_queries.stop_requested())
        return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
    if (!enrolled) return failure(ErrorKind::not_found, "that customer was not enrolled by then");
    const auto lone = std::make_unique<LoneCustomer>(*program, documents_);
    for (auto sequence = chain.rbegin(); sequence != chain.rend(); ++sequence) {
        if (options_.stop_queries.stop_requested())
            return failure(ErrorKind::unavailable, "the server is stopping; ask again later");
        if (!lone->add(fact_at(*sequence)))
            return failure(
                ErrorKind::corrupt,
                fmt::format("fact {}: its check does not follow from those before it", sequence->value));
    }
    Sequence profile;
    CustomerView view = lone->view(*found, as_of, profile);
    if (auto added = add_profile(*program, profile, view); !added) return tl::unexpected(added.error());
    return view;
}

}  // namespace tim::runtime
