#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/runtime/engine.h"

namespace tim::runtime {

/// A payout of commission that is neither paid nor failed.
struct PayoutView {
    model::Sequence
        id{};  ///< 0: due since a month's beginning, and recorded by the sweep or the VIP's next command
    model::CustomerId vip{};
    model::Money amount{};
    bool approved = false;
    model::Instant requested_at = model::kNoInstant;
};

/// A customer's side of the network, as of now: who is below, what commission there is.
struct VipView {
    model::CustomerId id{};
    core::CustomerClass customer_class = core::CustomerClass::retail;
    model::CustomerId vip{};
    std::uint64_t members = 0;
    std::uint32_t recruits_this_month = 0;
    std::uint32_t recruits_closed_month = 0;
    std::int32_t rate_bp = 0;  ///< of commission, this month
    model::Money available{};
    model::Money pending{};
    model::Money in_payout{};  ///< requested or due, not paid yet
    model::Money earned{};     ///< ever, without what came back
    model::Money paid{};       ///< ever
    std::vector<PayoutView> payouts;
};

/// Members of a VIP, in the order of their ids.
struct MembersPage {
    std::vector<CustomerView> rows;
    model::CustomerId next{};  ///< go on above this; 0: these were the last
};

/// Somebody whom a customer has brought.
struct BroughtView {
    model::CustomerId referee{};
    model::Sequence order{};  ///< the referee's sale that paid
    std::string receipt;      ///< of it
    model::Instant at{};
    model::Points points{};  ///< that the referrer got
};

/// A customer's side of the referral graph.
struct ReferralView {
    model::CustomerId id{};
    model::CustomerId referrer{};  ///< who brought this customer; 0: nobody
    bool has_code = false;         ///< a code was given at the enrolment
    std::uint64_t brought = 0;
    model::Points points{};  ///< that they have paid
    std::vector<BroughtView> rows;
};

enum class CodeState : std::uint8_t {
    open,  ///< somebody else's first order may use it
    used,
    expired,
    dead,  ///< the purchase came back whole
    none,  ///< the receipt has no code: nobody's purchase, or no referral in its program then
};

/// The referral code of a receipt.
struct CodeView {
    std::string code;
    CodeState state = CodeState::none;
    model::Instant ends_at = model::kNoInstant;  ///< not valid any more from then on
};

/// What the engine answers about the network of members and VIPs, commission and the referral graph. As the
/// queries of Engine: any thread, off I/O threads, each waits until what it shows is durable.
class NetworkQueries {
  public:
    virtual ~NetworkQueries() = default;

    virtual Result<VipView> vip(model::ProgramId program, const model::CustomerRef& customer) = 0;
    /// Looks through all customers for those whom the VIP is above, with ids above `after`.
    virtual Result<MembersPage> members(model::ProgramId program, const model::CustomerRef& vip,
                                        model::CustomerId after, std::size_t limit) = 0;
    /// The facts of a VIP's wallet, newest first, as `history`.
    virtual Result<std::vector<HistoryEntry>> statement(model::ProgramId program,
                                                        const model::CustomerRef& vip, model::Sequence before,
                                                        std::size_t limit) = 0;
    /// The payouts that are neither paid nor failed, at most `limit`, by VIP above `after`.
    virtual Result<std::vector<PayoutView>> payouts(model::ProgramId program, model::CustomerId after,
                                                    std::size_t limit) = 0;
    /// Whom a customer has brought, at most `limit`, newest first.
    virtual Result<ReferralView> referral(model::ProgramId program, const model::CustomerRef& customer,
                                          std::size_t limit) = 0;
    /// The referral code that came with a purchase.
    virtual Result<CodeView> code(model::ProgramId program, const model::Name& receipt) = 0;
};

}  // namespace tim::runtime
