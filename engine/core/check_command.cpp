#include <algorithm>

#include "engine/core/classification.h"
#include "engine/core/decide.h"
#include "engine/core/lines.h"

namespace tim::core {

using model::CommandKind;
using model::KeyKind;
using model::NameKind;
using model::Refusal;

namespace {

bool named_rightly(const model::Command& command) {
    switch (command.kind) {
        case CommandKind::balance:
            return command.name.kind == NameKind::none;
        case CommandKind::sale:
        case CommandKind::returned:
        case CommandKind::voided:
        case CommandKind::place_order:
            return command.name.kind == NameKind::receipt && command.name.valid();
        case CommandKind::redeem:
        case CommandKind::redeem_reward:
            return command.name.kind != NameKind::none && command.name.valid();
        default:
            return command.name.kind == NameKind::request && command.name.valid();
    }
}

bool wants_customer(CommandKind kind) {
    return kind == CommandKind::balance || kind == CommandKind::redeem || kind == CommandKind::hold ||
           kind == CommandKind::adjust || kind == CommandKind::appoint_vip ||
           kind == CommandKind::move_member || kind == CommandKind::request_payout ||
           kind == CommandKind::override_tier || kind == CommandKind::place_order ||
           kind == CommandKind::classify || kind == CommandKind::redeem_reward ||
           kind == CommandKind::plan_care || kind == CommandKind::set_password ||
           (kind >= CommandKind::block_customer && kind <= CommandKind::erase);
}

bool wants_original(CommandKind kind) {
    return kind == CommandKind::voided || kind == CommandKind::claim || model::changes_order(kind);
}

Judgement check_figures(const model::Command& command) {
    switch (command.kind) {
        case CommandKind::balance:
        case CommandKind::sale:
        case CommandKind::returned:
        case CommandKind::place_order:
            if (command.amount.value < 0) return refuse(Refusal::invalid_amount);
            if (command.points.value != 0) return refuse(Refusal::invalid_points);
            return {};
        case CommandKind::update_order:
        case CommandKind::complete_order:
        case CommandKind::cancel_order:
            return command.order != nullptr && command.order->amount && command.order->amount->value < 0
                       ? refuse(Refusal::invalid_amount)
                       : Judgement{};
        case CommandKind::redeem:
            if (command.amount.value < 0) return refuse(Refusal::invalid_amount);
            if (command.points.value < 0) return refuse(Refusal::invalid_points);
            if ((command.points.value == 0) == (command.amount.value == 0))
                return refuse(Refusal::invalid_points);
            return {};
        case CommandKind::hold:
            return command.points.value >= 1 ? Judgement{} : refuse(Refusal::invalid_points);
        case CommandKind::capture:
            return command.points.value >= 0 ? Judgement{} : refuse(Refusal::invalid_points);
        case CommandKind::adjust:
            // The least integer has no opposite: nobody means it.
            if (command.points.value == INT64_MIN) return refuse(Refusal::invalid_points);
            if (command.amount.value == INT64_MIN) return refuse(Refusal::invalid_amount);
            return {};
        case CommandKind::request_payout:
            return command.amount.value >= 0 ? Judgement{} : refuse(Refusal::invalid_amount);
        default:
            return {};
    }
}

/// The second customer of a command about the network is named rightly or not at all.
bool vip_is_malformed(const model::Command& command) {
    if (command.network == nullptr) return false;
    const model::CustomerRef& vip = command.network->vip;
    if (vip.kind == KeyKind::none) return false;
    if (vip.kind == KeyKind::id) return vip.id.value == 0;
    char text[model::kMaxEmailBytes];
    return model::normalize_key_into(vip.kind, vip.text, text).empty();
}

/// The keys that come and go by a rekey are phones, emails or cards.
bool keys_are_malformed(const model::Command& command) {
    if (command.kind != CommandKind::rekey || command.enrollment == nullptr) return false;
    const auto malformed = [](const model::CustomerRef& key) {
        char text[model::kMaxEmailBytes];
        return key.kind == KeyKind::none || key.kind == KeyKind::id ||
               model::normalize_key_into(key.kind, key.text, text).empty();
    };
    return std::ranges::any_of(command.enrollment->keys, malformed) ||
           std::ranges::any_of(command.enrollment->drop, malformed);
}

/// A rekey says something; an enrolment drops nothing.
bool rekeys_rightly(const model::Command& command) {
    if (command.kind != CommandKind::rekey) return true;
    const model::Enrollment* const terms = command.enrollment;
    return terms != nullptr && (!terms->keys.empty() || !terms->drop.empty() || !terms->keeps_name) &&
           terms->vip.kind == KeyKind::none && terms->referral.empty() && terms->classes.empty();
}

/// What a command says of an order belongs to it, and an update says something.
bool says_rightly(const model::Command& command) {
    const bool about_order = command.kind == CommandKind::place_order || model::changes_order(command.kind);
    if (command.order == nullptr) return command.kind != CommandKind::update_order;
    const model::OrderTerms& terms = *command.order;
    if (!about_order) return false;
    const auto fits = [](const std::optional<std::string_view>& text) {
        return !text || text->size() <= model::kMaxOrderTextBytes;
    };
    if (!fits(terms.status) || !fits(terms.waybill) || terms.referral.size() > model::kMaxOrderTextBytes)
        return false;
    const bool takes_amount =
        command.kind == CommandKind::update_order || command.kind == CommandKind::complete_order;
    if (terms.amount && !takes_amount) return false;
    if (!terms.referral.empty() && command.kind != CommandKind::place_order) return false;
    return command.kind != CommandKind::update_order || terms.amount || terms.status || terms.waybill;
}

/// Whether a command may name what its details name.
bool details_belong(const model::Command& command) {
    const model::SaleDetails& details = *command.details;
    const bool names_extras = details.hold.value != 0 || !details.referral.empty();
    if (details.voucher.size() > model::kMaxVoucherCodeBytes) return false;
    switch (command.kind) {
        case CommandKind::sale:
            // Nobody has no points to pay with, and is brought by nobody.
            return !names_extras || command.customer.kind != KeyKind::none;
        case CommandKind::complete_order:  // an order is always somebody's
            return details.lines.empty();
        case CommandKind::returned:
            if (!details.lines.empty() && command.original.kind == NameKind::none) return false;
            [[fallthrough]];
        case CommandKind::balance:
            // What a voucher takes off is a question, too.
            return !names_extras && details.payment.empty() &&
                   (details.voucher.empty() || command.kind == CommandKind::balance);
        default:
            return false;
    }
}

/// A reward is named by whoever wants one, a voucher by whoever has one, and neither by anybody else.
bool names_reward_rightly(const model::Command& command) {
    const bool moves = model::moves_voucher(command.kind);
    const bool redeems = command.kind == CommandKind::redeem_reward;
    if (command.reward == nullptr) return !moves && !redeems;
    const model::RewardTerms& terms = *command.reward;
    if (terms.reward.size() > model::kMaxProgramIdBytes || terms.voucher.size() > model::kMaxVoucherCodeBytes)
        return false;
    return redeems ? !terms.reward.empty() && terms.voucher.empty()
                   : moves && terms.reward.empty() && !terms.voucher.empty();
}

bool wants_network(CommandKind kind) {
    return kind == CommandKind::move_member || model::ends_payout(kind);
}

/// Whether a command is a sale of an amount, and says nothing else.
bool says_amount_alone(const model::Command& command) {
    return command.kind == CommandKind::sale && command.original.kind == NameKind::none &&
           command.details == nullptr && command.order == nullptr && command.network == nullptr &&
           command.reward == nullptr && command.care == nullptr && command.ttl_ms == 0 &&
           command.reason.empty();
}

bool is_instant(model::Instant at) {
    return at == model::kNoInstant || (at.value >= 0 && at.value <= kMaxInstantMs);
}

/// What a command says that its customer is classified by, and an explicit change says something.
Judgement check_classes(const model::Command& command) {
    const model::ClassifyTerms* const terms =
        command.enrollment != nullptr ? &command.enrollment->classes : command.class_terms;
    const bool classifies = command.kind == CommandKind::classify;
    if (terms == nullptr) return classifies ? refuse(Refusal::invalid_command) : Judgement{};
    if (classifies && terms->empty()) return refuse(Refusal::invalid_command);
    const Refusal refusal = check_terms(*terms);
    return refusal == Refusal::none ? Judgement{} : refuse(refusal);
}

/// What a command says of a task of care: a plan says when it is due, and a change says something.
Judgement check_care(const model::Command& command) {
    const bool plans = command.kind == CommandKind::plan_care;
    const bool is_about_care = plans || model::changes_care(command.kind);
    if (command.care == nullptr) return is_about_care ? refuse(Refusal::invalid_command) : Judgement{};
    const model::CareTerms& terms = *command.care;
    if (!is_about_care || plans != (terms.task.value == 0)) return refuse(Refusal::invalid_command);
    const bool ends = command.kind == CommandKind::finish_care || command.kind == CommandKind::drop_care;
    if (ends && (terms.kind || terms.due || terms.every_days)) return refuse(Refusal::invalid_command);
    if (command.kind == CommandKind::change_care && terms.empty()) return refuse(Refusal::invalid_command);
    if (plans && !terms.due) return refuse(Refusal::invalid_time);
    if (terms.due && (terms.due->value < 0 || terms.due->value > kMaxInstantMs))
        return refuse(Refusal::invalid_time);
    if (terms.kind && static_cast<std::size_t>(*terms.kind) >= model::kCareKinds)
        return refuse(Refusal::invalid_command);
    model::ClassifyTerms staff;
    staff.staff = terms.staff;
    if (const Refusal refusal = check_terms(staff); refusal != Refusal::none) return refuse(refusal);
    if (terms.note && terms.note->size() > model::kMaxCareNoteBytes) return refuse(Refusal::invalid_note);
    if (terms.every_days && (*terms.every_days < 0 || *terms.every_days > model::kMaxCareEveryDays))
        return refuse(Refusal::invalid_rhythm);
    return {};
}

}  // namespace

Judgement check_command(const model::Command& command) {
    if (says_amount_alone(command)) {  // almost all: the same rungs in the same order, without the others
        if (!named_rightly(command)) return refuse(Refusal::invalid_name);
        if (command.amount.value < 0) return refuse(Refusal::invalid_amount);
        if (command.points.value != 0) return refuse(Refusal::invalid_points);
        return is_instant(command.at) ? Judgement{} : refuse(Refusal::invalid_time);
    }
    if (!named_rightly(command)) return refuse(Refusal::invalid_name);
    if (command.original.kind != NameKind::none && !command.original.valid())
        return refuse(Refusal::invalid_name);
    if (const Judgement figures = check_figures(command); !figures.accepted()) return figures;
    if (wants_customer(command.kind) && command.customer.kind == KeyKind::none)
        return refuse(Refusal::invalid_key);
    if (vip_is_malformed(command) || keys_are_malformed(command)) return refuse(Refusal::invalid_key);
    if (!is_instant(command.at)) return refuse(Refusal::invalid_time);
    if (command.ttl_ms < 0 || command.ttl_ms > kMaxHoldMs) return refuse(Refusal::invalid_time);
    if (wants_original(command.kind) && command.original.kind != NameKind::receipt)
        return refuse(Refusal::invalid_command);
    if (command.details != nullptr && !details_belong(command)) return refuse(Refusal::invalid_command);
    if (!says_rightly(command)) return refuse(Refusal::invalid_command);
    if (!names_reward_rightly(command)) return refuse(Refusal::invalid_command);
    if (!rekeys_rightly(command)) return refuse(Refusal::invalid_command);
    if (wants_network(command.kind) && command.network == nullptr) return refuse(Refusal::invalid_command);
    if (command.reason.size() > kMaxReasonBytes) return refuse(Refusal::invalid_command);
    if (command.kind == CommandKind::override_tier) {
        const model::TierAct* const act = command.tier_act;
        if (act == nullptr || act->tier.size() > model::kMaxProgramIdBytes)
            return refuse(Refusal::invalid_command);
        const bool ends_all = act->tier.empty();
        const bool dated = act->until != model::kNoInstant;
        if (ends_all && (dated || act->from != model::kNoInstant)) return refuse(Refusal::invalid_command);
        if (!ends_all && (!dated || act->until.value > kMaxInstantMs || act->until.value < 0))
            return refuse(Refusal::invalid_time);
        if (act->from != model::kNoInstant && (act->from.value < 0 || act->from.value > kMaxInstantMs))
            return refuse(Refusal::invalid_time);
    }
    if (command.kind == CommandKind::adjust && command.points.value == 0 && command.amount.value == 0) {
        return refuse(Refusal::invalid_command);
    }
    if (command.kind == CommandKind::set_password && command.reason.empty())
        return refuse(Refusal::invalid_command);
    if (const Judgement judgement = check_classes(command); !judgement.accepted()) return judgement;
    if (const Judgement judgement = check_care(command); !judgement.accepted()) return judgement;
    return command.details == nullptr ? Judgement{} : check_lines(command);
}

Judgement check_time(const Rules& rules, model::Instant at, model::Instant clock) {
    if (at.value < clock.value - rules.late_ms())
        return refuse(Refusal::too_late, rules.program().points.late_days);
    if (at.value > clock.value + kMaxAheadMs) return refuse(Refusal::in_the_future);
    return {};
}

std::uint32_t content_digest(const model::Command& command) {
    std::uint64_t sum = static_cast<std::uint64_t>(command.kind) + 1;
    const auto mix = [&sum](std::uint64_t word) {
        sum = (sum ^ word) * 0x9E3779B97F4A7C15u;
        sum ^= sum >> 29;
    };
    const auto mix_text = [&mix](std::string_view text) {
        mix(text.size());
        for (const char character : text)
            mix(static_cast<unsigned char>(character));
    };
    // Details that name nothing are none: the same command may come by either way.
    const bool claims = command.kind == CommandKind::claim;
    const auto mix_lines = [&] {
        if (command.details == nullptr || claims) return;
        for (const model::SaleLine& line : command.details->lines) {
            mix_text(line.sku);
            mix(line.quantity);
            mix(static_cast<std::uint64_t>(line.price.value));
            mix_text(line.category);
        }
    };
    // How much an order comes to in the end is found out later, and what is left of a receipt that is
    // claimed: what was asked for is in the terms.
    if (command.kind != CommandKind::complete_order && !claims)
        mix(static_cast<std::uint64_t>(command.amount.value));
    mix(static_cast<std::uint64_t>(command.at.value));
    if (model::sells(command.kind)) {
        if (command.details != nullptr && command.details->hold.value != 0) mix(command.details->hold.value);
        if (command.details != nullptr) {
            for (const std::string_view text : {command.details->referral, command.details->payment}) {
                if (!text.empty()) mix_text(text);
            }
            if (!command.details->voucher.empty()) {
                mix(static_cast<std::uint64_t>(model::SaleExtra::voucher));
                mix_text(command.details->voucher);
            }
        }
        mix_lines();
        if (command.kind == CommandKind::sale) return static_cast<std::uint32_t>(sum >> 32);
    }

    mix(static_cast<std::uint64_t>(command.points.value));
    mix(static_cast<std::uint64_t>(command.ttl_ms));
    mix(command.hold.value);
    mix(command.ranking ? 1 : 0);
    mix(command.original.terminal.value);
    mix_text({command.original.bytes.data(), command.original.bytes.size()});
    // A verifier has a salt of its own each time; and of a password nothing stands in a fact that is quick to
    // compare.
    if (command.kind != CommandKind::set_password) mix_text(command.reason);
    mix_lines();
    if (command.enrollment != nullptr) {
        for (const model::CustomerRef& key : command.enrollment->keys) {
            mix(static_cast<std::uint64_t>(key.kind));
            mix_text(key.text);
        }
        mix_text(command.enrollment->name);
        // What came later is left out where it is not there: older facts keep their digests.
        if (const model::CustomerRef& vip = command.enrollment->vip; vip.kind != KeyKind::none) {
            mix(static_cast<std::uint64_t>(vip.kind));
            mix(vip.id.value);
            mix_text(vip.text);
        }
        if (!command.enrollment->referral.empty()) mix_text(command.enrollment->referral);
        if (command.kind == CommandKind::rekey) {
            mix(command.enrollment->keeps_name ? 1 : 0);
            for (const model::CustomerRef& key : command.enrollment->drop) {
                mix(static_cast<std::uint64_t>(key.kind));
                mix_text(key.text);
            }
        }
    }
    if (command.network != nullptr) {
        mix(command.network->payout.value);  // and whoever answers a repeat compares the VIP, however named
    }
    if (command.order != nullptr) {
        const model::OrderTerms& terms = *command.order;
        mix(terms.amount.has_value() ? 1 : 0);
        mix(static_cast<std::uint64_t>(terms.amount.value_or(model::Money{}).value));
        for (const auto& text : {terms.status, terms.waybill}) {
            mix(text.has_value() ? 1 : 0);
            mix_text(text.value_or(std::string_view{}));
        }
        mix_text(terms.referral);
    }
    if (command.reward != nullptr) {
        mix_text(command.reward->reward);
        mix_text(command.reward->voucher);
    }
    if (command.tier_act != nullptr) {
        mix_text(command.tier_act->tier);
        mix(static_cast<std::uint64_t>(command.tier_act->from.value));
        mix(static_cast<std::uint64_t>(command.tier_act->until.value));
    }
    const auto mix_optional = [&](const std::optional<std::string>& text) {
        mix(text ? text->size() + 1 : 0);
        if (text) mix_text(*text);
    };
    const auto mix_classes = [&](const model::ClassifyTerms& terms) {
        mix(terms.status ? static_cast<std::uint64_t>(*terms.status) + 1 : 0);
        mix_optional(terms.staff);
        mix_optional(terms.source);
        mix_optional(terms.channel);
        for (const model::ClassListChange* list : {&terms.natures, &terms.types, &terms.items}) {
            for (const auto* values : {&list->add, &list->drop}) {
                mix(values->size());
                for (const std::string& value : *values)
                    mix_text(value);
            }
        }
        mix(terms.birthday ? 1U + terms.birthday->month * 100U + terms.birthday->day : 0);
    };
    if (command.class_terms != nullptr) mix_classes(*command.class_terms);
    if (command.enrollment != nullptr && !command.enrollment->classes.empty())
        mix_classes(command.enrollment->classes);
    if (command.care != nullptr) {
        const model::CareTerms& terms = *command.care;
        mix(terms.task.value);
        mix(terms.kind ? static_cast<std::uint64_t>(*terms.kind) + 1 : 0);
        mix(terms.due ? static_cast<std::uint64_t>(terms.due->value) + 1 : 0);
        mix(terms.every_days ? static_cast<std::uint64_t>(*terms.every_days) + 1 : 0);
        mix_optional(terms.staff);
        mix_optional(terms.note);
    }
    if (command.access_key != nullptr) {
        mix_text(command.access_key->id);
        mix(static_cast<std::uint64_t>(command.access_key->role));
    }
    return static_cast<std::uint32_t>(sum >> 32);
}

}  // namespace tim::core
