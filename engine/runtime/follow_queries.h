#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/figure_change.h"
#include "engine/runtime/engine.h"

namespace tim::runtime {

/// One fact of a program, with what a follower needs to fold the stream of them: see PROTOCOL.md, Following.
/// Made of the fact and its blob alone.
struct Change {
    model::Sequence sequence{};
    model::Fact fact;
    core::FigureChange figures;  ///< posted to the fact's month
    /// classified: all of it, as it is after the fact.
    std::optional<model::CustomerClasses> classes;

    /// enrolled, rekeyed: the customer's, to those who see people; none when the person's key was destroyed.
    std::vector<model::Key> keys;
    std::string person;  ///< likewise the name
    /// What people wrote, to those who see words: a reason, an order's status and waybill code, lines of
    /// goods, what is said of a task of care.
    std::string text;
};

/// Bytes of keys, names and texts of one page; it ends behind the fact that crosses this.
inline constexpr std::size_t kMaxFollowedTextBytes = std::size_t{2} << 20;

/// A piece of what happened in one program.
struct ChangePage {
    std::vector<Change> changes;
    /// The program's facts up to here have been told with this page: go on above it. Never below what was
    /// asked for.
    model::Sequence through{};
    model::Sequence last{};  ///< the ledger's last sequence as this was asked
};

/// What is told beside figures: what people wrote; and keys, names and birthdays, too.
enum class Sees : std::uint8_t { figures, words, people };

/// Following the ledger (S1.8). Only what is on disk is told, so that whoever has read up to a sequence never
/// has to take anything back, whatever crashes.
///
/// Thread safety: as Engine's.
class FollowQueries {
  public:
    /// The last sequence that is on disk, whatever the durability of answers. Fit for I/O threads.
    virtual model::Sequence committed() const = 0;

    /// The program's facts above `after`, oldest first: at most `limit`, from a bounded piece of the ledger.
    /// Waits for nothing. An `after` beyond the ledger's end is an error of kind `invalid`: the follower has
    /// followed another ledger.
    virtual Result<ChangePage> changes(model::ProgramId program, model::Sequence after, std::size_t limit,
                                       Sees sees) = 0;

  protected:
    ~FollowQueries() = default;
};

}  // namespace tim::runtime
