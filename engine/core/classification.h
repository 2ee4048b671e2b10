#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/core/customer_table.h"
#include "engine/core/record.h"
#include "engine/model/classification.h"
#include "engine/model/program.h"
#include "engine/model/refusal.h"
#include "engine/model/result.h"

namespace tim::core {

/// The lists of a program's classification.
enum class ClassList : std::uint8_t { sources = 0, natures = 1, types = 2, items = 3 };
inline constexpr std::size_t kClassLists = 4;

/// The values of each list through all versions of a program, in the order in which they appeared: a value
/// keeps its number for good, whether or not later versions list it, so that what customers have keeps its
/// meaning.
using ClassValues = std::array<std::vector<std::string>, kClassLists>;

/// Whether a next version's lists leave their program within what bits there are. `given` were there before.
bool fits(const model::Program& program, const ClassValues& given);

/// What one customer is classified by, beside the customer's record. These bytes are part of the formats of
/// ledger and checkpoint; all zeros: nothing is known.
struct Classified {
    std::array<char, model::kMaxStaffBytes> staff{};  ///< zeros behind it; none: the company's
    std::array<char, model::kMaxChannelBytes> channel{};
    std::uint64_t natures = 0;  ///< a bit for each value, by its number
    std::uint64_t types = 0;
    std::uint64_t items = 0;
    std::uint8_t source = 0;    ///< 1 + the value's number; 0: not known
    std::uint8_t prospect = 0;  ///< 1: set by hand
    model::Birthday birthday;
    std::uint32_t reserved = 0;

    std::uint64_t bits(ClassList list) const {
        return list == ClassList::natures ? natures : list == ClassList::types ? types : items;
    }
    std::uint64_t& bits(ClassList list) {
        return list == ClassList::natures ? natures : list == ClassList::types ? types : items;
    }
    friend bool operator==(const Classified&, const Classified&) = default;
};
static_assert(sizeof(Classified) == 64 && std::is_trivially_copyable_v<Classified> &&
              std::has_unique_object_representations_v<Classified>);

/// Three bytes of digest for CustomerRecord::classified: zeros for nothing, and for nothing else.
std::array<std::uint8_t, 3> mark_of(const Classified& classified);

/// The lists of one version, compiled. Immutable.
class Classes {
  public:
    Classes() : values_(std::make_shared<const ClassValues>()) {}
    /// `previous` has the values of the versions before; null: none.
    Classes(const model::Program& program, std::shared_ptr<const ClassValues> previous);

    const std::shared_ptr<const ClassValues>& values() const { return values_; }
    /// The number of a value that some version up to this one lists; none: none does.
    std::optional<std::uint8_t> known(ClassList list, std::string_view value) const;
    /// The same of a value that this version lists: only such can be given.
    std::optional<std::uint8_t> listed(ClassList list, std::string_view value) const;

    /// S4.2 to S4.4: the status of a settled record.
    model::CustomerStatus status(const CustomerRecord& settled, const Classified& classified) const {
        using enum model::CustomerStatus;
        if (vip_month_spend_ &&
            (settled.month_spend() > *vip_month_spend_ || settled.closed_month_spend() > *vip_month_spend_))
            return vip;
        if (settled.orders > 0) return purchased;
        return classified.prospect != 0 ? prospect : fresh;
    }

    /// In the program's words.
    model::CustomerClasses words(const Classified& classified) const;

  private:
    std::shared_ptr<const ClassValues> values_;
    std::array<std::bitset<256>, kClassLists> listed_{};
    std::optional<model::Money> vip_month_spend_;
};

/// Why a change may not be made.
struct ClassRefusal {
    model::Refusal refusal = model::Refusal::none;
    std::int64_t detail = 0;
};

/// A customer after a change; refused where it gives a value that the program does not list, or takes one
/// that it never has. What is dropped goes before what is added comes.
tl::expected<Classified, ClassRefusal> classified(const Classified& before, const model::ClassifyTerms& terms,
                                                  const Classes& classes);

/// What can be told of a change alone; none: nothing is wrong.
model::Refusal check_terms(const model::ClassifyTerms& terms);

/// What the customers of one stripe are classified by, guarded by it. Takes 64 bytes a customer for the
/// blocks in which anybody is classified, none for the others.
class ClassificationBook {
  public:
    const Classified& of(model::CustomerId customer) const {
        static constexpr Classified kNothing{};
        const Block* const block = find(customer);
        return block == nullptr ? kNothing : (*block)[customer.value % kRecordsPerBlock];
    }
    /// Those of the customer's block, by id % kRecordsPerBlock; null where nobody of it is classified.
    const Classified* block(model::CustomerId customer) const {
        const Block* const found = find(customer);
        return found == nullptr ? nullptr : found->data();
    }
    void set(model::CustomerId customer, const Classified& classified);

  private:
    using Block = std::array<Classified, kRecordsPerBlock>;

    const Block* find(model::CustomerId customer) const;

    std::vector<std::unique_ptr<Block>> blocks_;  ///< of this stripe, in the order of their ids
};

}  // namespace tim::core
