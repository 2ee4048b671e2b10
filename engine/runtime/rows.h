#pragma once

#include <optional>
#include <vector>

#include "engine/core/decide.h"
#include "engine/core/state.h"
#include "engine/model/command.h"
#include "engine/model/keys.h"
#include "storage/vault.h"

// Commands on their way through the engine: what was found out of each before it is decided.
namespace tim::runtime {

/// Who a customer is, for a command that changes it, and what it comes to.
struct PersonEvidence {
    model::CustomerId customer{};  ///< 0: nobody has the key
    model::Sequence profile{};     ///< the record's, when the rest was read
    model::Instant enrolled_at{};
    core::Judgement judgement;              ///< of the keys that go, and of how many are left
    std::vector<model::KeyDigest> added{};  ///< of keys that come: they must be nobody's
    model::Bytes blob{};                    ///< for the fact
};

/// The evidence that a command needs from the ledger, gathered without locks (`plan`), and what it relied on:
/// under the locks the same look-ups must find the same, else it is planned again.
struct Evidence {
    core::NameCandidates same_name;  ///< compared: none of them is this command's name
    bool planned = false;

    // A return or void with its original.
    core::NameCandidates original_name;
    bool original_found = false;
    core::NameCandidates receipt_state;
    std::optional<core::SaleEvidence> sale;
    model::Sequence customer_last{};  ///< the customer's newest fact when its orders were looked through; 0:
                                      ///< they were not

    // Capture and release, and the sale that names a hold.
    core::NameCandidates hold_state;
    model::CustomerId hold_customer{};  ///< 0: there is no such hold in this program
    std::optional<model::FactType> hold_resolved;

    // A sale with a referral code, or the first of a customer who has kept one.
    core::NameCandidates code_state;
    core::NameCandidates code_receipt_state;
    std::optional<core::CodeEvidence> code;

    // A command about an order that was placed, and one that names its receipt as the sale's.
    core::NameCandidates order_state;
    std::optional<core::OrderEvidence> order;

    // A command that names a voucher, and a return of which nothing is left.
    core::NameCandidates voucher_state;
    std::optional<core::VoucherEvidence> voucher;
    std::vector<core::NameCandidates> granted_states;  ///< of core::SaleEvidence::granted, one by one

    // A command about a task of care that was planned; none: there is no such task in the program.
    core::NameCandidates care_state;
    std::optional<core::CareEvidence> care;

    /// A command that changes keys or name.
    std::optional<PersonEvidence> person;
    model::SaleDetails claimed;  ///< a claim: the lines that are left of the sale

    model::CustomerId payout_vip{};  ///< whose payout is approved, paid or failed; 0: there is no such payout
};

/// One command on its way through a chunk.
struct Row {
    const model::Command* command = nullptr;
    model::Outcome* outcome = nullptr;
    core::ProgramState* program = nullptr;
    const Evidence* evidence = nullptr;  ///< almost every row needs none
    std::uint64_t fingerprint = 0;
    model::KeyDigest digest;       ///< of the customer's key, when it is named by one
    model::CustomerId customer{};  ///< 0: not known, or none named
    model::CustomerId vip{};       ///< of a command about the network: the second customer it names
    bool by_key = false;
    bool plain = false;  ///< a sale of a till that names an amount alone
    bool done = false;   ///< the outcome is final
};

/// The moment at which the last plain sale was judged: almost always that of the next one too, while the
/// sequencer is held.
struct PlainMoment {
    const core::ProgramState* program = nullptr;
    model::Instant at{};  ///< of the command
    core::Moment moment;
    model::Month month{};
    bool simple = false;  ///< the moment is acceptable, and both versions' sales are simple
};

/// An enrolment made ready without locks: digests of its keys, the profile sealed with a fresh key.
struct Newcomer {
    std::vector<model::KeyDigest> digests;
    storage::SecretKey secret{};
    model::Bytes blob;
    bool vip_by_key = false;
    model::KeyDigest vip_digest;  ///< of the key that names the VIP
};

}  // namespace tim::runtime
