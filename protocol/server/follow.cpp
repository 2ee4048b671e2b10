#include "protocol/server/follow.h"

#include <algorithm>
#include <string>

#include "engine/runtime/follow_queries.h"
#include "protocol/codec/limits.h"
#include "protocol/codec/messages.h"
#include "protocol/codec/permissions.h"
#include "protocol/server/actors.h"
#include "protocol/server/insight_replies.h"
#include "protocol/server/ledger_replies.h"

namespace tim::server {
namespace {

static_assert(codec::kMaxFactsPerPage * 768 + 2 * runtime::kMaxFollowedTextBytes <= codec::kMaxReplyBytes,
              "the largest page of changes fits a reply");

model::Result<runtime::ChangePage> look(ServerContext& context, const Query& query) {
    const auto request = codec::read_request(query.payload);
    if (!request) return tl::unexpected(request.error());
    const auto* follow = (*request)->body_as_FollowRequest();
    const std::string id = follow->program()->str();
    const auto program = context.engine.find_program(id);
    if (!program) return model::failure(model::ErrorKind::not_found, "there is no program \"" + id + "\"");
    const std::size_t limit = std::clamp<std::size_t>(follow->limit(), 1, codec::kMaxFactsPerPage);
    const codec::Sight sight = codec::sight_of(query.key->role);
    const auto sees = sight.names     ? runtime::Sees::people
                      : sight.reasons ? runtime::Sees::words
                                      : runtime::Sees::figures;
    return context.engine.following().changes(*program, query.follow->after, limit, sees);
}

}  // namespace

std::optional<model::Sequence> answer_follow(ServerContext& context, const Query& query,
                                             codec::ByteBuffer& out) {
    const auto page = look(context, query);
    if (!page) {
        codec::append_failure(out, query.correlation, to_code(page.error().kind), page.error().message);
        return std::nullopt;
    }
    Actors actors(context.engine, codec::sight_of(query.key->role).actors);
    codec::append_reply(out, query.correlation, to_schema(*page, actors));
    return page->changes.empty() ? std::optional(page->through) : std::nullopt;
}

}  // namespace tim::server
