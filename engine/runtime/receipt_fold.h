#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/rules.h"
#include "engine/model/fact.h"
#include "engine/model/result.h"
#include "engine/model/sale_line.h"

namespace tim::runtime {

/// Folds what has come back of receipts, from the ledger's facts in order, for `verify`. Of each sale: every
/// return that names it is followed by one fact that says what is left, that fact follows the one before it,
/// the amounts add up, never more comes back than was sold, and what is left is worth what the sale's own
/// rules earn for it. What a customer claims of a sale is all that was left of it. Of a sale with lines: so
/// many of each are left as there were less those that came back, and the money that is left is theirs.
///
/// Memory: an entry of 32 bytes for each sale of which something came back (38 to 76 bytes with the table's
/// spare slots), one more with its lines where it has some, nothing for other sales. One thread.
class ReceiptFold {
  public:
    struct Sale {
        model::Fact fact;
        const core::Rules* pricing = nullptr;  ///< of the sale; null when its program has no such version
        const core::Rules* judged = nullptr;   ///< the version that the sale's fact names; null likewise
        std::vector<model::SaleLine> lines{};
    };
    using FindSale = std::function<model::Result<Sale>(model::Sequence)>;

    /// `find_sale` reads the fact of a sequence, whatever its type.
    explicit ReceiptFold(FindSale find_sale) : find_sale_(std::move(find_sale)) {}

    /// The next fact of the ledger; a sentence when it does not follow from those before it. `left`: what a
    /// `receipt_reduced` tells of lines.
    std::optional<std::string> add(const model::Fact& fact, model::Sequence sequence,
                                   const std::optional<model::LinesLeft>& left = std::nullopt);

    /// Number of sales of which something came back.
    std::size_t size() const { return receipts_.size(); }

    /// Calls `visit(sale, newest)` for each of them: the sequences of the sale and of the fact that says what
    /// is left.
    template <class Visit>
    void visit(Visit&& visit) const {
        for (const auto& [sale, left] : receipts_)
            visit(model::Sequence{sale}, left.newest);
    }

  private:
    struct Left {
        model::Sequence newest{};
        model::Money amount{};
        model::Points points{};
    };

    /// Takes note of a receipt's fact that follows a claim or a redemption; what was left before it, or what
    /// is wrong: `of_another` where the sale's subject is not that of the fact before.
    tl::expected<Left, std::string> touch(const model::Fact& fact, model::Sequence sequence,
                                          const char* of_another);
    std::optional<std::string> redeem(const model::Fact& fact, model::Sequence sequence);
    std::optional<std::string> claim(const model::Fact& fact, model::Sequence sequence);
    std::optional<std::string> reduce(const model::Fact& fact, model::Sequence sequence,
                                      const std::optional<model::LinesLeft>& left);
    /// What is wrong with the lines that are left; empty: nothing.
    std::string check_lines(const Sale& sale, const model::Fact& fact,
                            const std::optional<model::LinesLeft>& left);

    FindSale find_sale_;
    absl::flat_hash_map<std::uint64_t, Left> receipts_;           // by the sequence of the sale
    absl::flat_hash_map<std::uint64_t, model::LinesLeft> lines_;  // likewise
    model::Fact returned_;  // the fact before, when what it names must follow
    model::FactType expected_ = model::FactType::none;
};

}  // namespace tim::runtime
