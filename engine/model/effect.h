#pragma once

#include <cstdint>
#include <string>

#include "engine/model/fact.h"
#include "engine/model/refusal.h"

namespace tim::model {

/// What one fact of a sale's or return's transaction did, and to whom. All of them are read off the ledger's
/// facts, so a repeat of the sale tells the same.
struct Effect {
    Sequence sequence{};
    FactType type = FactType::none;
    SubjectKind subject = SubjectKind::none;
    std::uint64_t subject_id = 0;  ///< a customer's id
    Money amount{};
    Points points{};
    /// The hold that was captured; of points_restored, its capture; of a referral or a VIP's share, the sale.
    Sequence related{};
    std::string campaign;               ///< of what a campaign did: its id, which the engine fills in
    Money discount{};                   ///< what a campaign takes off, for whoever asks before the sale
    SaleExtra extra = SaleExtra::none;  ///< of extra_refused: which, why, and what the sentence names
    Refusal refusal = Refusal::none;
    std::int64_t detail = 0;
    CustomerId counterparty{};  ///< another customer who took part
    /// Of the sale's own fact: the referral code that came with it. Of what is about a voucher, or buys one:
    /// its code.
    std::string code;
    std::string reward;          ///< of what is about a voucher: its id, which the engine fills in
    Instant until = kNoInstant;  ///< until when a voucher is valid, or reserved
};

/// The effect of a fact that stands at a sequence.
Effect effect_of(const Fact& fact, Sequence sequence);

}  // namespace tim::model
