// Who did what: the facts that name a key of access.
#include <fmt/format.h>

#include <algorithm>

#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using model::SubjectKind;
using storage::StoredFact;

namespace {

bool is_asked_for(const AuditQuery& query, const model::Fact& fact) {
    const std::uint32_t actor = model::actor_of(fact);
    if (actor == 0 || (query.actor != 0 && actor != query.actor)) return false;
    return query.programs.empty() ||
           std::ranges::find(query.programs, fact.subject.program()) != query.programs.end();
}

}  // namespace

Result<AuditPage> EngineImpl::audit(const AuditQuery& query) {
    if (!wait_durable({executed_.load()})) return model::failure(model::ErrorKind::io, "a commit failed");
    AuditPage page;
    page.last = store_.ledger().last();
    if (query.after >= page.last || query.limit == 0) return page;
    std::vector<StoredFact> found;
    std::size_t seen = 0;
    bool stopped = false;
    const auto take = [&](const storage::Batch& batch) {
        stopped = options_.stop_queries.stop_requested();
        if (stopped) return false;
        for (std::uint64_t at = std::max(batch.first.value, query.after.value + 1); at <= batch.last().value;
             ++at) {
            const model::Fact& fact = batch.facts[at - batch.first.value];
            ++seen;
            if (is_asked_for(query, fact)) {
                StoredFact& stored = found.emplace_back(StoredFact{{at}, fact, {}});
                if ((fact.flags & model::kFactHasBlob) != 0) {
                    const auto blob = batch.blobs.subspan(fact.blob().offset, fact.blob().length);
                    stored.blob.assign(blob.begin(), blob.end());
                }
            }
            if (found.size() < query.limit && seen < kMaxLedgerFactsSeen) continue;
            page.next = {at};
            return false;
        }
        return true;
    };
    if (auto scanned = store_.ledger().scan({query.after.value + 1}, take); !scanned)
        return tl::unexpected(scanned.error());
    if (stopped)
        return model::failure(model::ErrorKind::unavailable, "the server is stopping; ask again later");
    for (StoredFact& stored : found) {
        if (stored.fact.subject.kind() == SubjectKind::access) {
            HistoryEntry& entry = page.entries.emplace_back();
            if (const auto key = documents_.decode_access_key(stored.blob))
                entry.reason = fmt::format("{}, {}", key->id, model::role_name(key->role));
            entry.stored = std::move(stored);
        } else if (stored.fact.subject.kind() == SubjectKind::program) {
            HistoryEntry& entry = page.entries.emplace_back();
            entry.reason = fmt::format("version {}", stored.fact.version.value);
            entry.stored = std::move(stored);
        } else {
            page.entries.push_back(history_entry(std::move(stored)));
        }
    }
    return page;
}

}  // namespace tim::runtime
