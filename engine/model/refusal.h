#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/model/money.h"

namespace tim::model {

// The ladder of refusals, in the order in which a command is judged: of several that apply, the first is
// given. A code is part of the protocol and never changes its meaning. X(name, code, sentence); `{}` is the
// refusal's detail.
// clang-format off
#define TIM_REFUSALS(X)                                                                                                \
    /* what can be told from the command alone */                                                                      \
    X(invalid_name,            1, "the receipt or request id is not valid: a receipt number is 1 to 24 printable ASCII bytes, a request id 16 bytes that are not all zero") \
    X(invalid_amount,          2, "the amount may not be negative")                                                    \
    X(invalid_points,          3, "the number of points is not valid here")                                            \
    X(invalid_key,             4, "the customer's key is not a valid phone, email, card or id")                        \
    X(invalid_time,            5, "the time is not valid")                                                             \
    X(invalid_command,         6, "the command lacks something or carries what does not belong to it")                 \
    X(invalid_lines,         151, "line {} is not valid: at most 64, of an SKU of 1 to 32 printable ASCII bytes without : and ;, a quantity, a price that is not negative, and perhaps a category of at most 64 bytes") \
    X(amount_exceeds_lines,  152, "the lines come to {} minor units, and more was paid")                                \
    X(invalid_status,        190, "by hand a customer is new or a prospect; purchased and vip follow from sales")       \
    X(invalid_staff,         191, "a staff code is at most 16 printable ASCII bytes")                                   \
    X(invalid_channel,       192, "a channel is at most 16 printable ASCII bytes")                                      \
    X(invalid_birthday,      193, "there is no such day")                                                               \
    X(invalid_note,          199, "a note is at most 200 bytes")                                                        \
    X(invalid_rhythm,        200, "a task of care comes back after 1 to 366 days, or never (0)")                        \
    /* who asks, and of what */                                                                                        \
    X(not_allowed,            10, "this key's role may not do that")                                                   \
    X(unknown_program,        11, "there is no such program")                                                          \
    X(currency_fixed,         12, "a program keeps its currency and its time zone; make another program for another one") \
    X(invalid_program,        13, "the program is not valid")                                                          \
    /* the name */                                                                                                     \
    X(conflict,               30, "that receipt or request id was used for something else")                            \
    /* whether the engine can take anything now; nothing changed, try again */                                         \
    X(overloaded,             20, "too much is waiting to be written; try again")                                      \
    X(disk_full,              21, "the disk or the map is full; nothing was changed")                                  \
    X(stopping,               22, "the server is stopping; nothing was changed")                                       \
    /* the time */                                                                                                     \
    X(too_late,               40, "the time lies further back than the program accepts ({} days)")                     \
    X(in_the_future,          41, "the time lies more than 5 minutes ahead of the server's clock")                     \
    /* whose */                                                                                                        \
    X(unknown_customer,       50, "no customer has that key or id")                                                          \
    X(customer_erased,       213, "that customer was erased")                                                          \
    X(key_taken,              51, "another customer already has that key")                                             \
    X(too_many_keys,          52, "a customer has at most 8 keys")                                                     \
    X(too_many_customers,     53, "the program has as many customers as an engine can keep")                           \
    X(customer_blocked,      210, "that customer is blocked: nothing can be spent")                                    \
    X(already_blocked,       214, "that customer is blocked already")                                                  \
    X(not_blocked,           215, "that customer is not blocked")                                                      \
    X(unknown_key,           211, "the customer does not have the key that is to go")                                  \
    X(last_key,              212, "a customer keeps at least one key")                                                 \
    /* the original of a return */                                                                                     \
    X(unknown_receipt,        60, "there is no sale of that receipt")                                                  \
    X(not_a_sale,             61, "that receipt is not a sale")                                                        \
    X(other_customer,         62, "that receipt is another customer's")                                                \
    X(return_too_late,        63, "the sale is longer ago than returns are accepted ({} days)")                        \
    X(already_returned,       64, "something of that receipt was returned already")                                    \
    X(return_exceeds_sale,    65, "more comes back than is left of the sale ({} minor units)")                         \
    X(unknown_line,          153, "line {} of the return is of nothing that was sold on that receipt")                  \
    X(return_exceeds_line,   154, "more comes back of line {} of the return than is left of it")                        \
    X(line_amount_differs,   155, "the lines' share of what was paid is {} minor units")                                \
    X(not_anonymous,         216, "that receipt is a customer's already")                                              \
    X(nothing_left,          219, "nothing is left of that receipt")                                                   \
    /* web orders */                                                                                                   \
    X(unknown_order,         160, "there is no order of that receipt")                                                 \
    X(not_an_order,          161, "that receipt is not an order")                                                      \
    X(order_completed,       162, "that order was completed already; what comes back of it is a return")               \
    X(order_cancelled,       163, "that order was cancelled")                                                          \
    X(order_not_completed,   164, "that order is not completed yet: nothing of it was sold")                           \
    X(too_many_orders,       165, "the customer has too many orders that are neither completed nor cancelled ({} at most)") \
    /* holds */                                                                                                        \
    X(unknown_hold,           70, "there is no such hold")                                                             \
    X(other_hold,            110, "that hold is another customer's")                                                   \
    X(hold_captured,          71, "that hold was captured already")                                                    \
    X(hold_released,          72, "that hold was released already")                                                    \
    X(hold_expired,           73, "that hold has timed out")                                                           \
    X(capture_exceeds_hold,   74, "more points are captured than the hold has ({})")                                   \
    X(too_many_holds,         75, "the customer has too many open holds ({} at most)")                                 \
    /* what customers are classified by */                                                                             \
    X(unknown_source,        194, "the program lists no such source")                                                   \
    X(unknown_nature,        195, "of the natures, number {} is none that the program lists")                           \
    X(unknown_type,          196, "of the types, number {} is none that the program lists")                             \
    X(unknown_item,          197, "of the items, number {} is none that the program lists")                             \
    /* the care calendar */                                                                                            \
    X(unknown_care_task,     201, "there is no such task of care")                                                      \
    X(care_task_done,        202, "that task of care was done already")                                                 \
    X(care_task_dropped,     203, "that task of care was dropped")                                                      \
    X(too_many_care_tasks,   204, "the customer has too many open tasks of care ({} at most)")                          \
    /* rewards, and vouchers: of one that a sale names, these refuse the voucher, and the sale is accepted */           \
    X(unknown_reward,        170, "the program has no reward of that id")                                              \
    X(reward_not_offered,    171, "that reward is not offered at that time")                                           \
    X(reward_other_tier,     172, "that reward is for customers of other tiers")                                       \
    X(reward_out_of_stock,   173, "all {} of that reward were given out")                                              \
    X(unknown_voucher,       174, "there is no such voucher code")                                                     \
    X(voucher_used,          175, "that voucher was used already")                                                     \
    X(voucher_cancelled,     176, "that voucher was cancelled")                                                        \
    X(voucher_withdrawn,     177, "the purchase that the voucher came with came back, and the voucher with it")        \
    X(voucher_expired,       178, "that voucher has expired")                                                          \
    X(voucher_reserved,      179, "that voucher is reserved for a checkout")                                           \
    X(voucher_not_reserved,  180, "that voucher is not reserved, or its reservation has timed out")                    \
    X(voucher_is_gift,       181, "that code is of a gift: it is handed out, and pays nothing")                        \
    /* figures */                                                                                                      \
    X(unknown_tier,          101, "the program has no active tier of that id")                                         \
    X(too_many_overrides,    102, "the customer has too many tiers by hand that are not over ({} at most)")            \
    X(no_override,           103, "the customer has no tier by hand")                                                  \
    X(insufficient_points,    80, "{} points is the most that can be spent now")                                       \
    X(overflow,               81, "a figure would leave the range that is kept (sums of spend and ranking points: 62 bits)") \
    /* the network of members and VIPs */                                                                              \
    X(network_off,            120, "the program has no network")                                                       \
    X(unknown_vip,            121, "no customer has that key or id of a VIP")                                          \
    X(not_a_vip,              122, "that customer is not a VIP")                                                       \
    X(already_vip,            123, "that customer is a VIP already")                                                   \
    X(network_cycle,          124, "that VIP is below the customer in the network")                                    \
    X(same_vip,               125, "the customer is under that VIP already")                                           \
    /* commission */                                                                                                   \
    X(unknown_payout,         126, "there is no such payout")                                                          \
    X(payout_closed,          127, "that payout was paid or has failed already")                                       \
    X(payout_approved,        128, "that payout was approved already")                                                 \
    X(payout_not_approved,    129, "that payout was not approved yet")                                                 \
    X(payout_below_minimum,   130, "a payout is at least {} minor units")                                              \
    X(too_many_payouts,       131, "the VIP has too many open payouts ({} at most)")                                   \
    X(insufficient_commission, 132, "{} minor units is the most that can be paid out now")                             \
    /* referral: each of these refuses the code, and the sale is accepted */                                           \
    X(referral_off,           140, "the program has no referral")                                                      \
    X(referral_unknown,       141, "there is no such referral code")                                                   \
    X(referral_own,           142, "a referral code is for others than the customer whose purchase it came with")      \
    X(referral_not_first,     143, "a referral code is for a first order, and the customer has one already")           \
    X(referral_expired,       144, "the referral code has expired")                                                    \
    X(referral_used,          145, "the referral code was used already")                                               \
    X(referral_same_payment,  146, "the payment is the one of the referrer")                                           \
    X(referral_cap,           147, "the referrer has brought as many as the program pays for in a month ({})")         \
    X(referral_too_small,     148, "the order is too small for the referral code")                                     \
    /* keys of access */                                                                                               \
    X(unknown_access_key,     90, "there is no such access key")                                                       \
    X(access_key_exists,      91, "an access key of that name exists")                                                 \
    /* programs */                                                                                                     \
    X(too_many_programs,      95, "an engine keeps at most {} programs")                                               \
    X(too_many_versions,      96, "a program has at most {} versions")                                                 \
    X(too_many_campaigns,    150, "a program has at most {} campaigns, those of all its versions together")            \
    X(too_many_values,       198, "a program has at most 255 sources, and 64 natures, types and items each, those of all its versions together") \
    X(too_many_rewards,      182, "a program has at most {} rewards, those of all its versions together")              \
    X(version_moved,         100, "the program has moved on: its newest version is {}; look at it and change that one")
// clang-format on

/// Why a command was not carried out. `none` means that it was, now or before (a duplicate).
enum class Refusal : std::uint16_t {
    none = 0,
#define TIM_REFUSAL_ENUM(name, code, sentence) name = code,
    TIM_REFUSALS(TIM_REFUSAL_ENUM)
#undef TIM_REFUSAL_ENUM
};

/// The refusal's name in the protocol and in scripts: "insufficient_points"; "unknown" for a code that is
/// none.
std::string_view refusal_name(Refusal refusal);

/// A sentence for people, with the refusal's detail filled in: "80 points is the most that can be spent now".
std::string refusal_sentence(Refusal refusal, std::int64_t detail);

/// The same, with amounts of money as decimals of the program's currency: "… of the sale (12.50 GBP)".
std::string refusal_sentence(Refusal refusal, std::int64_t detail, const Currency& currency);

/// Whether the same command may succeed later without anyone changing it: clients retry these.
constexpr bool is_transient(Refusal refusal) {
    return refusal == Refusal::overloaded || refusal == Refusal::disk_full || refusal == Refusal::stopping;
}

}  // namespace tim::model
