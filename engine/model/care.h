#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

// The care calendar (S3.12, S4.3, S4.11): what is to be done for a customer, until when, by whom. Planned,
// changed, then done or dropped.
namespace tim::model {

/// Where a task stands. Values are part of the ledger's format and of the protocol.
enum class CarePhase : std::uint8_t { none = 0, open = 1, done = 2, dropped = 3 };

/// What is to be done (S3.12: call, message; S4.3: a visit, a sample, a quote). Values are part of the
/// ledger's format and of the protocol.
enum class CareKind : std::uint8_t { other = 0, call = 1, message = 2, visit = 3, sample = 4, quote = 5 };
inline constexpr std::size_t kCareKinds = 6;

/// "open", "done", "dropped".
std::string_view care_phase_name(CarePhase phase);
/// "call", "message", …, "other".
std::string_view care_kind_name(CareKind kind);
std::optional<CareKind> read_care_kind(std::string_view name);

inline constexpr std::size_t kMaxCareNoteBytes = 200;
/// Longest rhythm of a task that comes back by itself.
inline constexpr std::int32_t kMaxCareEveryDays = 366;

/// What a command says of a task. What is not there stays as it is.
struct CareTerms {
    Sequence task{};  ///< change, finish, drop: which
    std::optional<CareKind> kind;
    std::optional<Instant> due;
    /// So many days after it was due a task that is done is due again (S4.3: a schedule of care); 0: it is
    /// over then.
    std::optional<std::int32_t> every_days;
    /// Whose it is; empty: the company's. A plan without one is the customer's salesperson's.
    std::optional<std::string> staff;
    std::optional<std::string> note;

    /// Whether it says anything beside which task it is.
    bool empty() const { return !kind && !due && !every_days && !staff && !note; }
    friend bool operator==(const CareTerms&, const CareTerms&) = default;
};

/// What people say of a task; the engine keeps it.
struct CareTexts {
    std::string staff;
    std::string note;

    friend bool operator==(const CareTexts&, const CareTexts&) = default;
};

/// The texts with what a command says of them.
CareTexts changed(CareTexts texts, const CareTerms& terms);

/// The texts as the blob of a fact: each as a byte of its length and its bytes. Both fit.
std::string encode_care_texts(const CareTexts& texts);

/// What `encode_care_texts` wrote; an error of kind `corrupt` for anything else.
Result<CareTexts> decode_care_texts(std::string_view bytes);

}  // namespace tim::model
