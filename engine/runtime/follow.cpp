#include "engine/runtime/follow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "engine/core/classification.h"
#include "engine/core/invariant.h"
#include "engine/runtime/limits.h"
#include "engine/runtime/profile.h"

namespace tim::runtime {

using model::ErrorKind;
using model::FactType;
using model::failure;

namespace {

/// Bytes of keys, names and texts: what counts against the bound of a page.
std::size_t text_bytes(const Change& change) {
    std::size_t bytes = change.person.size() + change.text.size();
    for (const model::Key& key : change.keys)
        bytes += key.text.size() + 16;
    if (change.classes) {
        for (const auto* list : {&change.classes->natures, &change.classes->types, &change.classes->items})
            for (const std::string& value : *list)
                bytes += value.size() + 16;
    }
    return bytes;
}

std::string text_of(model::BytesView blob) {
    return {reinterpret_cast<const char*>(blob.data()), blob.size()};
}

/// "open call, by NV01: likes black tea".
std::string say_care(const model::Fact& fact, const model::CareTexts& texts) {
    return fmt::format("{} {}{}{}{}{}", model::care_phase_name(fact.care.phase),
                       model::care_kind_name(fact.care.kind), texts.staff.empty() ? "" : ", by ", texts.staff,
                       texts.note.empty() ? "" : ": ", texts.note);
}

}  // namespace

Result<Change> Following::change_at(const core::ProgramState& program, model::Sequence sequence,
                                    const model::Fact& fact, model::BytesView blob, Sees sees) const {
    Change change{sequence, fact, core::change_of(fact), {}, {}, {}, {}};
    const bool people = sees == Sees::people;
    const bool words = sees != Sees::figures;
    switch (fact.type) {
        case FactType::classified: {
            core::Classified classified;
            TIM_INVARIANT(blob.size() == sizeof classified, "a classification in the ledger can be read");
            std::memcpy(&classified, blob.data(), sizeof classified);
            change.classes = program.version(fact.version).classes().words(classified);
            if (!people) change.classes->birthday = {};
            break;
        }
        case FactType::enrolled:
        case FactType::rekeyed:
            if (people) {
                auto profile =
                    open_profile(store_.vault(), documents_, program.id(), {fact.subject.id()}, blob);
                if (!profile) return tl::unexpected(profile.error());
                change.keys = std::move(profile->keys);
                change.person = std::move(profile->name);
            }
            break;
        case FactType::adjusted:
        case FactType::tier_overridden:
        case FactType::overrides_dropped:
        case FactType::customer_blocked:
        case FactType::customer_unblocked:
            if (words) change.text = text_of(blob);
            break;
        case FactType::erased:
            if (words) {
                auto record = documents_.decode_enrollment(blob);
                if (!record) return tl::unexpected(record.error());
                change.text = std::move(record->reason);
            }
            break;
        case FactType::order_noted:
            if (const auto texts = model::decode_order_texts(text_of(blob)); words && texts)
                change.text = model::say_order_texts(*texts);
            break;
        case FactType::care_noted:
            if (const auto texts = model::decode_care_texts(text_of(blob)); words && texts)
                change.text = say_care(fact, *texts);
            break;
        case FactType::sale_lines: {
            if (!words) break;
            const auto lines = documents_.decode_sale_lines(blob);
            if (!lines) return tl::unexpected(lines.error());
            std::vector<std::uint32_t> quantities;
            for (const model::SaleLine& line : *lines)
                quantities.push_back(line.quantity);
            const model::Currency& currency = program.version(fact.version).program().currency;
            change.text = model::describe_lines(*lines, quantities, currency, kMaxToldLinesBytes);
            break;
        }
        default:
            break;
    }
    return change;
}

Result<ChangePage> Following::changes(model::ProgramId id, model::Sequence after, std::size_t limit,
                                      Sees sees) {
    const core::ProgramState* const program = state_.program(id);
    if (program == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    ChangePage page;
    page.through = after;
    page.last = committed();
    if (after > page.last)
        return failure(ErrorKind::invalid,
                       fmt::format("after: the ledger ends at {}; what followed up to {} was another one",
                                   page.last.value, after.value));
    std::size_t seen = 0;
    std::size_t bytes = 0;
    model::Result<void> read;
    const auto take = [&](const storage::Batch& batch) {
        if (stop_.stop_requested()) {
            read = failure(ErrorKind::unavailable, "the server is stopping; ask again later");
            return false;
        }
        for (std::uint64_t at = std::max(batch.first.value, after.value + 1); at <= batch.last().value;
             ++at) {
            if (page.changes.size() >= limit || seen >= kMaxLedgerFactsSeen || bytes >= kMaxFollowedTextBytes)
                return false;
            const model::Fact& fact = batch.facts[at - batch.first.value];
            ++seen;
            if (fact.subject.program() == id) {
                const bool has_blob = (fact.flags & model::kFactHasBlob) != 0;
                const model::BytesView blob =
                    has_blob ? batch.blobs.subspan(fact.blob().offset, fact.blob().length)
                             : model::BytesView();
                auto change = change_at(*program, {at}, fact, blob, sees);
                if (!change) {
                    read = tl::unexpected(change.error());
                    return false;
                }
                bytes += text_bytes(*change);
                page.changes.push_back(std::move(*change));
            }
            page.through = {at};
        }
        return true;
    };
    if (after < page.last)
        if (auto scanned = store_.ledger().scan({after.value + 1}, take); !scanned)
            return tl::unexpected(scanned.error());
    if (!read) return tl::unexpected(read.error());
    return page;
}

}  // namespace tim::runtime
