#include "engine/runtime/receipt_fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/core/lines.h"

namespace tim::runtime {

using model::Fact;
using model::FactType;
using model::Sequence;
using model::SubjectKind;

namespace {

std::string wrong_receipt(const Fact& fact, Sequence sequence, const std::string& what) {
    return fmt::format("fact {}: the receipt of the sale at {} {}", sequence.value, fact.subject.id(), what);
}

}  // namespace

std::optional<std::string> ReceiptFold::add(const Fact& fact, Sequence sequence,
                                            const std::optional<model::LinesLeft>& left) {
    const bool reduced = fact.type == FactType::receipt_reduced;
    const bool redeemed = fact.type == FactType::receipt_redeemed;
    const FactType expected = std::exchange(expected_, FactType::none);
    if (fact.type == FactType::receipt_claimed || expected == FactType::receipt_claimed) {
        if (fact.type != expected)
            return fmt::format("fact {}: a claim and its receipt do not stand together", sequence.value);
        return claim(fact, sequence);
    }
    if (fact.type == FactType::claimed) {
        returned_ = fact;
        expected_ = FactType::receipt_claimed;
    }
    if (expected != FactType::none && expected != fact.type)
        return fmt::format(
            "fact {}: a {} names its sale, and {}", sequence.value - 1,
            expected == FactType::receipt_reduced ? "return" : "redemption",
            expected == FactType::receipt_reduced ? "nothing is taken off that" : "nothing of that says so");
    if (reduced && expected == FactType::none)
        return fmt::format("fact {}: a receipt is reduced without a return before it", sequence.value);
    if (redeemed && expected == FactType::none)
        return fmt::format("fact {}: points are spent in a sale without a redemption before it",
                           sequence.value);
    if (reduced) return reduce(fact, sequence, left);
    if (redeemed) return redeem(fact, sequence);
    if ((fact.flags & model::kFactWithOriginal) != 0) {
        returned_ = fact;
        expected_ = fact.type == FactType::redeemed ? FactType::receipt_redeemed : FactType::receipt_reduced;
    }
    return std::nullopt;
}

tl::expected<ReceiptFold::Left, std::string> ReceiptFold::touch(const Fact& fact, Sequence sequence,
                                                                const char* of_another) {
    const Sequence sold{fact.subject.id()};
    const auto sale = find_sale_(sold);
    if (!sale) return tl::unexpected("cannot be read: " + sale.error().message);
    if (sale->fact.type != FactType::sale || sold >= sequence)
        return tl::unexpected<std::string>("is of no sale");
    if (sale->fact.subject != returned_.subject || sale->fact.subject.program() != fact.subject.program())
        return tl::unexpected<std::string>(of_another);
    const auto [entry, first] =
        receipts_.try_emplace(sold.value, Left{{}, sale->fact.amount, sale->fact.points});
    const Left before = std::exchange(entry->second, Left{sequence, fact.amount, fact.points});
    if (fact.previous != before.newest)
        return tl::unexpected(
            fmt::format("was last touched at {}, not at {}", before.newest.value, fact.previous.value));
    return before;
}

std::optional<std::string> ReceiptFold::claim(const Fact& fact, Sequence sequence) {
    constexpr const char* kNotNobodys = "was not nobody's";
    const auto before = touch(fact, sequence, kNotNobodys);
    if (!before) return wrong_receipt(fact, sequence, before.error());
    if (returned_.subject.kind() != SubjectKind::anonymous) return wrong_receipt(fact, sequence, kNotNobodys);
    const auto claimed = model::checked_sub(model::Money{}, returned_.amount);
    if (!claimed || *claimed != before->amount || fact.amount.value != 0 || fact.points.value != 0)
        return wrong_receipt(fact, sequence,
                             fmt::format("had {} left, and {} was claimed of it", before->amount.value,
                                         claimed ? claimed->value : 0));
    return std::nullopt;
}

std::optional<std::string> ReceiptFold::redeem(const Fact& fact, Sequence sequence) {
    const auto before = touch(fact, sequence, "is another customer's than the redemption");
    if (!before) return wrong_receipt(fact, sequence, before.error());
    if (fact.amount != before->amount || fact.points != before->points)
        return wrong_receipt(
            fact, sequence,
            fmt::format("had {} left for {} points, and a redemption changed that to {} for {}",
                        before->amount.value, before->points.value, fact.amount.value, fact.points.value));
    return std::nullopt;
}

std::string ReceiptFold::check_lines(const Sale& sale, const Fact& fact,
                                     const std::optional<model::LinesLeft>& left) {
    if (sale.lines.empty()) return left ? "has no lines, and tells what is left of them" : "";
    if (!left) return "does not tell what is left of its lines";
    const auto [entry, first] =
        lines_.try_emplace(fact.subject.id(), core::all_of(sale.lines, sale.fact.amount));
    const model::LinesLeft before = std::exchange(entry->second, *left);
    if (left->quantities.size() != sale.lines.size() || left->returned.size() != sale.lines.size())
        return fmt::format("has {} lines, and tells of {}", sale.lines.size(),
                           std::min(left->quantities.size(), left->returned.size()));
    bool any = false;
    for (std::size_t i = 0; i < sale.lines.size(); ++i) {
        any |= left->returned[i] != 0;
        if (std::uint64_t{left->quantities[i]} + left->returned[i] != before.quantities[i])
            return fmt::format("had {} left of line {}; {} came back, and {} are left", before.quantities[i],
                               i + 1, left->returned[i], left->quantities[i]);
    }
    // Where only money came back, the lines share what is left of it; else they go on with what they shared.
    const model::Money paid = any ? before.paid : fact.amount;
    const auto worth =
        any ? before.worth : core::worth_of(sale.lines, left->quantities).value_or(before.worth);
    if (left->paid != paid || left->worth != worth)
        return fmt::format("has lines that share {} of {}, not {} of {}", left->paid.value, left->worth.value,
                           paid.value, worth.value);
    if (const auto share = core::share_of(sale.lines, *left); share != fact.amount)
        return fmt::format("has {} left; the lines that are left have {}", fact.amount.value,
                           share ? share->value : 0);
    return {};
}

std::optional<std::string> ReceiptFold::reduce(const Fact& fact, Sequence sequence,
                                               const std::optional<model::LinesLeft>& left_lines) {
    const Sequence sold{fact.subject.id()};
    const auto wrong = [&](const std::string& what) {
        return fmt::format("fact {}: the receipt of the sale at {} {}", sequence.value, sold.value, what);
    };
    const auto sale = find_sale_(sold);
    if (!sale) return wrong("cannot be read: " + sale.error().message);
    if (sale->fact.type != FactType::sale || sold >= sequence) return wrong("is of no sale");
    if (sale->fact.subject != returned_.subject || sale->fact.subject.program() != fact.subject.program())
        return wrong("is another customer's than the return");

    const auto [entry, first] =
        receipts_.try_emplace(sold.value, Left{{}, sale->fact.amount, sale->fact.points});
    const Left before = std::exchange(entry->second, Left{sequence, fact.amount, fact.points});
    if (fact.previous != before.newest)
        return wrong(
            fmt::format("was last reduced at {}, not at {}", before.newest.value, fact.previous.value));
    // Forged figures may be any.
    const auto returned = model::checked_sub(model::Money{}, returned_.amount);
    const auto left = returned ? model::checked_sub(before.amount, *returned) : std::nullopt;
    if (!left || returned->value < 0 || left->value < 0)
        return wrong(fmt::format("had {} left, and {} came back", before.amount.value,
                                 returned ? returned->value : 0));
    if (fact.amount != *left)
        return wrong(fmt::format("has {} left; {} came back of {}", fact.amount.value, returned->value,
                                 before.amount.value));

    if (const std::string fault = check_lines(*sale, fact, left_lines); !fault.empty()) return wrong(fault);
    if (sale->pricing == nullptr || sale->judged == nullptr)
        return wrong("was priced by rules that are not there");
    const bool anonymous = sale->fact.subject.kind() == SubjectKind::anonymous;
    if (sale->fact.tier_before >= sale->judged->program().tiers.size())
        return wrong("was sold in a tier that is not there");
    const auto worth = anonymous ? model::Points{}
                                 : sale->pricing->earned(fact.amount, *sale->judged, sale->fact.tier_before);
    if (worth != fact.points)
        return wrong(fmt::format("is worth {} points; {} are left of it", worth ? worth->value : 0,
                                 fact.points.value));
    const auto due = model::checked_sub(before.points, fact.points);
    const auto taken = model::checked_sub(model::Points{}, returned_.points);
    const bool clamped = (returned_.flags & model::kFactClamped) != 0;
    if (!due || !taken || (clamped ? taken->value < 0 || *taken >= *due : *taken != *due))
        return wrong(fmt::format("had {} points before and has {} now; the return took {}",
                                 before.points.value, fact.points.value, taken ? taken->value : 0));
    return std::nullopt;
}

}  // namespace tim::runtime
