// Which decision a row's kind asks for, and with what of its evidence.
#include <algorithm>

#include "engine/runtime/customer_view.h"
#include "engine/runtime/engine_impl.h"

namespace tim::runtime {

using core::Judgement;
using model::Command;
using model::CommandKind;
using model::CustomerId;
using model::Sequence;
using model::Subject;

Judgement EngineImpl::decide_row(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                 Subject subject, const core::CustomerRecord& record, const core::Lots* lots,
                                 core::FactWriter& facts) const {
    const Command& command = *row.command;
    switch (command.kind) {
        case CommandKind::sale:
            return decide_sale(row, evidence, command, {}, moment, subject, record, lots, facts);
        case CommandKind::place_order:
        case CommandKind::update_order:
        case CommandKind::complete_order:
        case CommandKind::cancel_order:
            return decide_order(row, evidence, moment, subject, record, lots, facts);
        case CommandKind::returned:
        case CommandKind::voided: {
            const core::SaleEvidence* const sale = evidence.sale ? &*evidence.sale : nullptr;
            if (sale != nullptr) {
                const Judgement judgement = core::check_original(command, moment, subject, *sale);
                if (!judgement.accepted()) return judgement;
            }
            const core::ReturnContext context{lots, &row.program->campaign_budgets,
                                              &row.program->reward_counts};
            if (row.program->has_parties())
                return core::decide_party_return(command, moment, subject, record, *row.program, sale, facts,
                                                 context);
            return core::decide_return(command, moment, subject, record, sale, facts, context);
        }
        case CommandKind::redeem: {
            const core::SaleEvidence* const sale = evidence.sale ? &*evidence.sale : nullptr;
            if (sale != nullptr) {
                const Judgement judgement = core::check_original(command, moment, subject, *sale);
                if (!judgement.accepted()) return judgement;
            }
            return core::decide_redeem(command, moment, subject, record, facts, sale, lots);
        }
        case CommandKind::hold: {
            const core::OpenHolds* const holds =
                row.program->holds[core::stripe_of(row.customer)].of(row.customer);
            const auto timed_out = std::count_if(
                facts.facts().begin(), facts.facts().end(),
                [](const model::Fact& fact) { return fact.type == model::FactType::hold_expired; });
            const std::size_t open =
                (holds == nullptr ? 0 : holds->size()) - static_cast<std::size_t>(timed_out);
            return core::decide_hold(command, moment, subject, record, open, facts);
        }
        case CommandKind::capture:
        case CommandKind::release: {
            const CustomerId customer = evidence.hold_customer;
            const auto hold = row.program->holds[core::stripe_of(customer)].find(customer, command.hold);
            return core::decide_hold_end(command, moment, subject, record, hold, evidence.hold_resolved,
                                         facts);
        }
        case CommandKind::adjust:
            return core::decide_adjust(command, moment, subject, record, facts);
        case CommandKind::override_tier:
            return core::decide_override(command, moment, subject, record, facts);
        case CommandKind::set_password:
            return core::decide_password(command, moment, subject, record, facts);
        case CommandKind::classify:
            return core::decide_classify(command, moment, subject, record,
                                         row.program->classified_of({subject.id()}), facts);
        case CommandKind::plan_care:
        case CommandKind::change_care:
        case CommandKind::finish_care:
        case CommandKind::drop_care:
            return decide_care(row, evidence, moment, subject, record, facts);
        case CommandKind::block_customer:
        case CommandKind::unblock_customer:
        case CommandKind::rekey:
        case CommandKind::erase:
            return decide_person(row, evidence, moment, subject, record, facts);
        case CommandKind::claim:
            return decide_claim(row, evidence, moment, subject, record, lots, facts);
        case CommandKind::redeem_reward:
        case CommandKind::reserve_voucher:
        case CommandKind::use_voucher:
        case CommandKind::release_voucher:
        case CommandKind::cancel_voucher:
            return decide_rewards(row, evidence, moment, subject, record, lots, facts);
        default:
            return decide_network(row, evidence, moment, subject, record, facts);
    }
}

Judgement EngineImpl::decide_sale(const Row& row, const Evidence& evidence, const Command& sale,
                                  Sequence order, const core::Moment& moment, Subject subject,
                                  const core::CustomerRecord& record, const core::Lots* lots,
                                  core::FactWriter& facts) const {
    const CustomerId customer{subject.id()};
    const core::CampaignCounts counts = campaign_counts(*row.program, customer);
    if (sale.details == nullptr && order.value == 0 && !row.program->has_parties())
        return core::decide_sale(sale, moment, subject, record, facts, {nullptr, &counts, {}});
    core::SaleExtras extras{evidence.hold_customer, {}, evidence.hold_resolved, lots};
    if (sale.details != nullptr && subject == Subject::customer(row.program->id(), extras.hold_customer))
        extras.hold = row.program->holds[core::stripe_of(customer)].find(customer, sale.details->hold);
    if (sale.details != nullptr && !sale.details->payment.empty())
        extras.payment = state_.hashing.payment(row.program->id(), sale.details->payment);
    if (sale.details != nullptr && !sale.details->voucher.empty()) extras.voucher = &*evidence.voucher;
    const core::SaleContext context{sale.details == nullptr ? nullptr : &extras, &counts, order};
    if (!may_have_code(sale, *row.program, evidence))
        return core::decide_sale(sale, moment, subject, record, facts, context);
    const core::CodeEvidence* const code = code_of(row, evidence) ? &*evidence.code : nullptr;
    return core::decide_party_sale(sale, moment, subject, record, *row.program, code, facts, context);
}

Judgement EngineImpl::decide_network(const Row& row, const Evidence& evidence, const core::Moment& moment,
                                     Subject subject, const core::CustomerRecord& record,
                                     core::FactWriter& facts) const {
    const Command& command = *row.command;
    switch (command.kind) {
        case CommandKind::appoint_vip:
            return core::decide_appoint(command, moment, subject, record, facts);
        case CommandKind::move_member:
            return core::decide_move(command, moment, subject, record, *row.program, row.vip, facts);
        case CommandKind::request_payout:
            return core::decide_payout(command, moment, *row.program, row.customer, facts);
        case CommandKind::approve_payout:
        case CommandKind::pay_payout:
        case CommandKind::fail_payout:
            return core::decide_payout(command, moment, *row.program, evidence.payout_vip, facts);
        default:
            TIM_INVARIANT(false, "commands of this kind do not run in rows");
    }
    return {};
}

}  // namespace tim::runtime
