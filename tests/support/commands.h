#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/model/command.h"

namespace tim::tests {

/// A command that owns what it points to, so that tests can keep it, repeat it and change it. Copies share
/// the enrolment and the program, which nobody changes.
struct OwnedCommand {
    /// Everything but the views, which `view` sets.
    model::Command command;
    std::string customer_text;
    std::string reason;

    struct EnrollmentText {
        std::vector<std::string> texts;
        std::vector<std::string> drop_texts{};
        std::string vip_text;
        model::Enrollment enrollment;
    };
    struct NetworkText {
        std::string vip_text;
        model::NetworkTerms terms;
    };
    std::shared_ptr<const EnrollmentText> enrollment;
    std::optional<model::SaleDetails> details;
    std::shared_ptr<const std::vector<std::string>> detail_texts;  ///< that `details` points into
    std::shared_ptr<const NetworkText> network;
    struct OrderText {
        std::string status;
        std::string waybill;
        std::string referral;
        model::OrderTerms terms;  ///< its texts are these
    };
    std::shared_ptr<const OrderText> order;
    struct RewardText {
        std::string reward;
        std::string voucher;
        model::RewardTerms terms;  ///< its texts are these
    };
    std::shared_ptr<const RewardText> reward;
    std::shared_ptr<const model::Program> document;
    std::shared_ptr<const model::AccessKey> access_key;
    std::shared_ptr<const model::TierAct> tier_act;
    std::shared_ptr<const model::ClassifyTerms> class_terms;
    std::shared_ptr<const model::CareTerms> care;

    /// Takes over a command whose texts belong to somebody else (not its program or key of access).
    static OwnedCommand copy_of(const model::Command& command);

    /// Valid as long as this object and unchanged.
    model::Command view() const;
};

/// A customer by `phone:+84…`, `email:…`, `card:…`, `id:42`; "" for none. What is not of that form is taken
/// apart at the first colon and sent as it is.
struct Who {
    model::KeyKind kind = model::KeyKind::none;
    model::CustomerId id{};
    std::string text;

    Who() = default;
    Who(const char* words) : Who(std::string(words)) {}
    Who(const std::string& words);
    Who(model::KeyKind key_kind, std::string key_text) : kind(key_kind), text(std::move(key_text)) {}
};

/// The hold that a command ends: of a capture or release, or of a sale that names one; 0 for none.
inline model::Sequence ended_hold(const OwnedCommand& command) {
    return command.details ? command.details->hold : command.command.hold;
}

model::Name receipt(std::uint32_t terminal, const std::string& number);
model::Name request(std::uint64_t number);

OwnedCommand make_put_program(model::Name name, model::Program program,
                              model::Instant effective = model::kNoInstant);
OwnedCommand make_enroll(model::ProgramId program, model::Name name, const std::vector<Who>& keys,
                         model::Instant at = model::kNoInstant, const std::string& customer_name = {});
/// Under a VIP, or with a referral code, or both.
OwnedCommand make_enroll_with(model::ProgramId program, model::Name name, const std::vector<Who>& keys,
                              const Who& vip, const std::string& referral,
                              model::Instant at = model::kNoInstant);
/// A sale with a referral code, and perhaps a means of payment.
OwnedCommand make_referred_sale(model::ProgramId program, model::Name name, const Who& customer,
                                std::int64_t amount, const std::string& referral,
                                const std::string& payment = {}, model::Instant at = model::kNoInstant);
OwnedCommand make_appoint(model::ProgramId program, model::Name name, const Who& customer,
                          model::Instant at = model::kNoInstant);
/// Nobody: from under whomever.
OwnedCommand make_move(model::ProgramId program, model::Name name, const Who& customer, const Who& vip,
                       model::Instant at = model::kNoInstant);
OwnedCommand make_payout_request(model::ProgramId program, model::Name name, const Who& vip,
                                 std::int64_t amount = 0, model::Instant at = model::kNoInstant);
/// A new password; whatever stands in place of its verifier.
OwnedCommand make_password(model::ProgramId program, model::Name name, const Who& customer,
                           const std::string& verifier, model::Instant at = model::kNoInstant);
OwnedCommand make_classify(model::ProgramId program, model::Name name, const Who& customer,
                           model::ClassifyTerms terms, model::Instant at = model::kNoInstant);
/// Of kind block_customer, unblock_customer or erase.
OwnedCommand make_person_act(model::CommandKind kind, model::ProgramId program, model::Name name,
                             const Who& customer, const std::string& reason = "test");
/// Without a name the name stays.
OwnedCommand make_rekey(model::ProgramId program, model::Name name, const Who& customer,
                        const std::vector<Who>& add, const std::vector<Who>& drop,
                        const std::optional<std::string>& customer_name = std::nullopt);
OwnedCommand make_claim(model::ProgramId program, model::Name name, const Who& customer, model::Name sale);
OwnedCommand make_plan_care(model::ProgramId program, model::Name name, const Who& customer,
                            model::CareTerms terms, model::Instant at = model::kNoInstant);
/// Of kind change_care, finish_care or drop_care.
OwnedCommand make_care_change(model::CommandKind kind, model::ProgramId program, model::Name name,
                              model::CareTerms terms, model::Instant at = model::kNoInstant);
/// An enrolment that says what the customer is classified by too.
OwnedCommand with_classes(OwnedCommand enrollment, model::ClassifyTerms terms);
/// Of kind approve_payout, pay_payout or fail_payout.
OwnedCommand make_payout_end(model::CommandKind kind, model::ProgramId program, model::Name name,
                             model::Sequence payout, model::Instant at = model::kNoInstant);
/// What a command says of an order.
struct OrderWords {
    std::optional<std::int64_t> amount{};
    std::optional<std::string> status{};
    std::optional<std::string> waybill{};
    std::string referral{};
};
OwnedCommand make_place_order(model::ProgramId program, model::Name name, const Who& customer,
                              std::int64_t amount, const OrderWords& words = {},
                              model::Instant at = model::kNoInstant);
/// Of kind update_order or cancel_order.
OwnedCommand make_order_change(model::CommandKind kind, model::ProgramId program, model::Name name,
                               model::Name order, const OrderWords& words = {},
                               model::Instant at = model::kNoInstant);
/// `referral` and `hold` as of a sale.
OwnedCommand make_complete_order(model::ProgramId program, model::Name name, model::Name order,
                                 const OrderWords& words = {}, model::Sequence hold = {},
                                 const std::string& referral = {}, model::Instant at = model::kNoInstant);
OwnedCommand make_redeem_reward(model::ProgramId program, model::Name name, const Who& customer,
                                const std::string& reward, model::Instant at = model::kNoInstant);
/// Of kind reserve_voucher, use_voucher, release_voucher or cancel_voucher.
OwnedCommand make_voucher_act(model::CommandKind kind, model::ProgramId program, model::Name name,
                              const std::string& voucher, std::int64_t ttl_ms = 0,
                              model::Instant at = model::kNoInstant);
/// The same command, a sale or a balance, with a voucher.
OwnedCommand with_voucher(OwnedCommand command, const std::string& voucher);
OwnedCommand make_balance(model::ProgramId program, const Who& customer, std::int64_t amount = 0);
OwnedCommand make_sale(model::ProgramId program, model::Name name, const Who& customer, std::int64_t amount,
                       model::Instant at = model::kNoInstant);
/// A sale that names a hold.
OwnedCommand make_sale_with(model::ProgramId program, model::Name name, const Who& customer,
                            std::int64_t amount, model::Sequence hold, model::Instant at = model::kNoInstant);
/// The same command with lines of goods: a sale, a return that names its sale, or a balance.
OwnedCommand with_lines(OwnedCommand command, std::vector<model::SaleLine> lines);
OwnedCommand make_return(model::ProgramId program, model::Name name, const Who& customer, std::int64_t amount,
                         model::Name original = {}, model::Instant at = model::kNoInstant);
OwnedCommand make_void(model::ProgramId program, model::Name name, model::Name original,
                       model::Instant at = model::kNoInstant);
OwnedCommand make_redeem(model::ProgramId program, model::Name name, const Who& customer, std::int64_t points,
                         std::int64_t amount = 0, model::Instant at = model::kNoInstant);
OwnedCommand make_hold(model::ProgramId program, model::Name name, const Who& customer, std::int64_t points,
                       std::int64_t ttl_ms = 0, model::Instant at = model::kNoInstant);
OwnedCommand make_capture(model::ProgramId program, model::Name name, model::Sequence hold,
                          std::int64_t points = 0, model::Instant at = model::kNoInstant);
OwnedCommand make_release(model::ProgramId program, model::Name name, model::Sequence hold,
                          model::Instant at = model::kNoInstant);
OwnedCommand make_adjust(model::ProgramId program, model::Name name, const Who& customer, std::int64_t points,
                         std::int64_t amount, bool ranking = false, model::Instant at = model::kNoInstant,
                         const std::string& reason = "test");

/// A tier by hand; with an empty `tier` the end of all of them.
OwnedCommand make_override(model::ProgramId program, model::Name name, const Who& customer,
                           const std::string& tier, model::Instant until = model::kNoInstant,
                           model::Instant from = model::kNoInstant, model::Instant at = model::kNoInstant,
                           const std::string& reason = "test");

/// "sale 3/A17 of card:5 amount 12000 at 1705…": one line for people who read a failure.
std::string describe(const OwnedCommand& command);
std::string describe(const model::Outcome& outcome);

/// Programs that tests use: S3's levels (rules.md section 4, example 1): Đồng, Bạc, Vàng with floor 100,
/// 10,000đ = 1 point.
model::Program nhanh_program(const std::string& id = "nhanh");
/// S1's: five tiers by ranking points up to Kim Cương, which makes VIPs; 10,000đ = 1 point; a VIP gets a
/// point for 20,000đ and 3 % commission; a referral is worth 20 to its referrer and 10 to its referee.
model::Program lan_toa_program(const std::string& id = "lan-toa");

}  // namespace tim::tests
