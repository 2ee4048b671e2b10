#pragma once

#include "engine/core/decide_common.h"
#include "engine/core/rewards.h"

namespace tim::core {

// The facts by which vouchers begin and move, for whoever decides a transaction in which one does.

/// A voucher begins: worth what the reward is, for whom it cost so much.
void add_issued(const model::Reward& reward, std::uint16_t number, model::CustomerId customer,
                model::Points cost, bool by_campaign, const Moment& moment, model::ProgramId program,
                FactWriter& facts);

/// Behind a customer's fact that moves a voucher: where it stands now. `related` is model::VoucherPart's.
void note_voucher(const VoucherEvidence& voucher, model::VoucherPhase phase, std::uint64_t related,
                  const Moment& moment, model::ProgramId program, FactWriter& facts);

/// So many more of a reward are given out; several times in one transaction perhaps.
void count_reward(model::ProgramId program, std::uint16_t number, std::int64_t change, const Moment& moment,
                  const RewardCounts& counts, FactWriter& facts);

/// A sale is paid with a voucher too, or (by itself) it is refused; at the chain's end.
void use_voucher(const VoucherEvidence& voucher, model::Sequence sale, FactChain& chain);

/// Nothing is left of a sale: the voucher that paid for it can be used again, and what campaigns gave with it
/// and nobody has used is gone. At the chain's end.
void unwind_vouchers(const SaleEvidence& sale, const RewardCounts* counts, FactChain& chain);

}  // namespace tim::core
