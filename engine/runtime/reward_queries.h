#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/engine.h"

namespace tim::runtime {

/// A voucher, or the code of a gift, as of now.
struct VoucherView {
    model::Sequence id{};  ///< of the fact that issued it
    std::string code;
    std::string reward;  ///< its id
    std::string name;    ///< as the program called it then
    model::RewardKind kind = model::RewardKind::voucher;
    model::Money value{};  ///< at a checkout; of a gift 0
    model::Points cost{};
    bool by_campaign = false;
    model::CustomerId customer{};
    model::VoucherPhase phase = model::VoucherPhase::none;  ///< a reservation that has timed out is over
    bool expired = false;                                   ///< it was not used in time
    model::Instant issued_at{};
    model::Instant expires_at{};                        ///< not valid any more from then on
    model::Instant reserved_until = model::kNoInstant;  ///< while it is reserved
    model::Instant changed_at{};
    std::string sale;  ///< the receipt of the sale that it was used in; empty: none
};

/// A piece of a customer's vouchers, newest first.
struct VouchersPage {
    std::vector<VoucherView> rows;
    model::Sequence next{};  ///< `before` of the next page; 0 when this was the last
};

/// A reward of the catalogue.
struct RewardView {
    std::shared_ptr<const model::Program> program;  ///< that `place` is in
    std::size_t place = 0;                          ///< among the program's rewards
    std::int64_t given = 0;                         ///< out of its stock
    model::Points cost{};                           ///< for the customer who was named, else for anybody
    /// Why it could not be had now, by the customer where one was named; none: it could.
    model::Refusal refusal = model::Refusal::none;
    std::int64_t detail = 0;
};

/// What the engine answers about rewards and vouchers. As the queries of Engine: any thread, off I/O threads,
/// each waits until what it shows is durable.
class RewardQueries {
  public:
    virtual ~RewardQueries() = default;

    /// The voucher of a code, as typed.
    virtual Result<VoucherView> voucher(model::ProgramId program, std::string_view code) = 0;
    /// A customer's vouchers that were issued before a sequence (0: all), newest first. Reads the history.
    virtual Result<VouchersPage> vouchers(model::ProgramId program, const model::CustomerRef& customer,
                                          model::Sequence before, std::size_t limit) = 0;
    /// The rewards of the version in force, for a customer, or (named by nothing) for anybody.
    virtual Result<std::vector<RewardView>> catalogue(model::ProgramId program,
                                                      const model::CustomerRef& customer) = 0;
};

}  // namespace tim::runtime
