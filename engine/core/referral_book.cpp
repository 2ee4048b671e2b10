#include "engine/core/referral_book.h"

#include <algorithm>

#include "engine/core/invariant.h"

namespace tim::core {

using model::Fact;
using model::FactType;

namespace {

std::uint64_t digest_of(const Brought& brought) {
    std::uint64_t sum = mix_words(3, brought.order.value);
    sum = mix_words(sum, brought.referee.value);
    sum = mix_words(sum, static_cast<std::uint64_t>(brought.points.value));
    return mix_words(sum, brought.month);
}

}  // namespace

std::uint64_t ReferralEntry::digest() const {
    std::uint64_t sum = mix_words(has_kept, kept.value);
    sum = mix_words(sum, referrer.value);
    sum = mix_words(sum, brought_by.value);
    return mix_words(sum, brought_digest);
}

bool fold_referral(ReferralEntry& entry, const Fact& fact) {
    switch (fact.type) {
        case FactType::referral_kept:
            entry.has_kept = 1;
            entry.kept = {fact.party.aux};
            break;
        case FactType::referral_welcome:
            entry.referrer = {fact.party.counterparty};
            entry.brought_by = {fact.party.related};
            break;
        case FactType::referral_earned: {
            const Brought brought{
                {fact.party.related}, {fact.party.counterparty}, fact.points, fact.month.value};
            entry.brought.push_back(brought);
            entry.brought_digest += digest_of(brought);
            entry.months.add(fact.month);
            break;
        }
        case FactType::referral_returned: {
            if (entry.brought_by.value == fact.party.related) {
                entry.referrer = {};
                entry.brought_by = {};
                break;
            }
            const auto found =
                std::find_if(entry.brought.rbegin(), entry.brought.rend(),
                             [&](const Brought& b) { return b.order.value == fact.party.related; });
            TIM_INVARIANT(found != entry.brought.rend(), "a referral is taken back that was paid");
            entry.brought_digest -= digest_of(*found);
            entry.months.remove({static_cast<std::uint16_t>(found->month)});
            entry.brought.erase(std::next(found).base());
            break;
        }
        default:
            TIM_INVARIANT(false, "a fact of this type concerns no referral");
    }
    return entry.has_kept != 0 || entry.referrer.value != 0 || !entry.brought.empty();
}

}  // namespace tim::core
