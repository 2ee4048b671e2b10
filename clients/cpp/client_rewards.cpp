// The client's part of rewards and vouchers.
#include "clients/cpp/client.h"
#include "clients/cpp/pending_request.h"
#include "clients/cpp/replies.h"
#include "protocol/codec/rewards.h"

namespace tim::client {

namespace {

std::string text_of(const flatbuffers::String* text) {
    return text ? text->str() : std::string();
}

}  // namespace

model::Result<VouchersPage> to_vouchers(const schema::Reply& reply) {
    const auto* body = reply.body_as_Vouchers();
    if (!body) return other_reply(reply);
    VouchersPage page;
    page.next = {body->next()};
    for (const auto* stored : *body->rows()) {
        Voucher& voucher = page.rows.emplace_back();
        voucher.id = {stored->id()};
        voucher.code = text_of(stored->code());
        voucher.reward = text_of(stored->reward());
        voucher.name = text_of(stored->name());
        voucher.kind = static_cast<model::RewardKind>(stored->kind());
        voucher.value = {stored->value()};
        voucher.cost = {stored->cost()};
        voucher.by_campaign = stored->by_campaign();
        voucher.customer = {stored->customer()};
        voucher.phase = static_cast<model::VoucherPhase>(stored->phase());
        voucher.expired = stored->expired();
        voucher.issued_at = {stored->issued_at_ms()};
        voucher.expires_at = {stored->expires_at_ms()};
        voucher.reserved_until = {stored->reserved_until_ms()};
        voucher.changed_at = {stored->changed_at_ms()};
        voucher.sale = text_of(stored->sale());
    }
    return page;
}

model::Result<Voucher> to_voucher(const schema::Reply& reply) {
    auto page = to_vouchers(reply);
    if (!page) return tl::unexpected(page.error());
    if (page->rows.size() != 1)
        return model::failure(model::ErrorKind::corrupt,
                              "the server answered with more or less than the voucher");
    return std::move(page->rows.front());
}

model::Result<std::vector<RewardOffer>> to_offers(const schema::Reply& reply) {
    const auto* body = reply.body_as_Rewards();
    if (!body) return other_reply(reply);
    std::vector<RewardOffer> offers;
    for (const auto* stored : *body->rows()) {
        RewardOffer& offer = offers.emplace_back();
        const auto* reward = stored->reward();
        offer.id = text_of(reward->id());
        offer.name = text_of(reward->name());
        offer.kind = static_cast<model::RewardKind>(reward->kind());
        offer.value = text_of(reward->value());
        offer.valid_days = reward->valid_days();
        if (reward->stock()) offer.stock = *reward->stock();
        if (reward->tiers())
            for (const auto* tier : *reward->tiers())
                offer.tiers.push_back(tier->str());
        offer.from = text_of(reward->from());
        offer.to = text_of(reward->to());
        offer.given = stored->given();
        offer.cost = {stored->cost()};
        offer.refusal = static_cast<model::Refusal>(stored->refusal());
        offer.detail = stored->detail();
    }
    return offers;
}

Admission Client::change_reward(std::string_view program, const model::Command& command,
                                Completion<DetailedOutcome> completion, std::int64_t timeout_ms) {
    auto body = codec::to_reward_change(program, command);
    if (!body)
        return ask(std::make_unique<InvalidRequest<DetailedOutcome>>(body.error(), std::move(completion)),
                   timeout_ms);
    return ask(std::make_unique<DetailedChangeRequest>(std::move(*body), std::move(completion)), timeout_ms);
}

Admission Client::voucher(std::string_view program, std::string_view code, Completion<Voucher> completion,
                          std::int64_t timeout_ms) {
    schema::VoucherRequestT body;
    body.program = program;
    body.voucher = code;
    return ask(std::make_unique<QueryRequest<Voucher>>(std::move(body), to_voucher, std::move(completion)),
               timeout_ms);
}

Admission Client::vouchers(std::string_view program, const model::CustomerRef& customer,
                           model::Sequence before, std::uint32_t limit, Completion<VouchersPage> completion,
                           std::int64_t timeout_ms) {
    schema::VouchersRequestT body;
    body.program = program;
    body.customer = std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
    body.before = before.value;
    body.limit = limit;
    return ask(
        std::make_unique<QueryRequest<VouchersPage>>(std::move(body), to_vouchers, std::move(completion)),
        timeout_ms);
}

Admission Client::rewards(std::string_view program, const model::CustomerRef& customer,
                          Completion<std::vector<RewardOffer>> completion, std::int64_t timeout_ms) {
    schema::RewardsRequestT body;
    body.program = program;
    if (customer.kind != model::KeyKind::none)
        body.customer = std::make_unique<schema::CustomerKeyT>(codec::to_schema(customer));
    return ask(std::make_unique<QueryRequest<std::vector<RewardOffer>>>(std::move(body), to_offers,
                                                                        std::move(completion)),
               timeout_ms);
}

}  // namespace tim::client
