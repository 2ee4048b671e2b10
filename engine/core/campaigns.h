#pragma once

#include <absl/functional/function_ref.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/customer_question.h"
#include "engine/model/calendar.h"
#include "engine/model/program.h"
#include "engine/model/quantity.h"
#include "engine/model/sale_line.h"

namespace tim::core {

/// A campaign keeps its number through all versions of its program: by its id, from 1, in the order in which
/// they appeared.
using CampaignNumbers = std::map<std::string, std::uint16_t, std::less<>>;
inline constexpr std::size_t kMaxCampaignNumbers = 1024;  ///< of one program, all versions together

/// Whether a next version's campaigns leave its program within that. `given` were given out before.
bool fits(const model::Program& program, const CampaignNumbers& given);

/// What campaigns look at in a sale.
struct CampaignSale {
    model::Money amount{};  ///< the receipt's
    model::Instant at{};
    std::optional<std::uint8_t>
        tier;  ///< held before, as an index in this version's tiers; none: a later one's
    model::TerminalId terminal{};
    bool first_order = false;  ///< whether the customer had none before
    std::span<const model::SaleLine> lines{};
    /// Answers what a campaign, named by its number, asks about the customer: see `answers_of`. Null where
    /// none asks (Campaigns::asks).
    using Ask = absl::FunctionRef<std::uint32_t(std::uint16_t number, std::span<const CustomerQuestion>)>;
    const Ask* ask = nullptr;
    bool has_referrer = false;  ///< somebody brought the customer, and gets commission
};

/// What one campaign adds to a sale.
struct CampaignGain {
    std::uint16_t index = 0;   ///< in the version's list
    std::uint16_t number = 0;  ///< through all versions
    bool ranking = true;
    bool counted = false;   ///< against the customer's limit
    bool budgeted = false;  ///< against the campaign's budget
    std::uint16_t reward =
        0;  ///< 1 + the place in the version's rewards of the voucher that it gives; 0: none
    std::uint32_t answers = 0;  ///< to what it asks about the customer
    std::int32_t commission_bp = 0;
    model::Money commission{};  ///< for the referrer, ≥ 0
    model::Points points{};     ///< ≥ 0
    model::Money discount{};    ///< for whoever asks before the sale
};

using CampaignGains = std::vector<CampaignGain>;

/// What a sale earns by base rate and tier, and what each campaign adds to that. The whole is floored once
/// (rules.md, Earning): a campaign's points are what the floor rises by.
struct Earning {
    model::Points own{};
    CampaignGains gains;
    model::Money tier_discount{};

    /// All points; they do not overflow.
    model::Points total() const {
        model::Points sum = own;
        for (const CampaignGain& gain : gains)
            sum.value += gain.points.value;
        return sum;
    }
    /// All that comes off.
    model::Money discount() const {
        model::Money sum = tier_discount;
        for (const CampaignGain& gain : gains)
            sum.value += gain.discount.value;
        return sum;
    }
};

/// The campaigns of one version, compiled: conditions are flat lists of questions with a jump for each
/// answer, multipliers fractions in lowest terms. Immutable.
class Campaigns {
  public:
    Campaigns() = default;
    /// Those of `rules`, whose lists and tiers are known; it outlives them. `previous` has the numbers that
    /// were given out before; null: none.
    Campaigns(const Rules& rules, std::shared_ptr<const model::Calendar> calendar,
              std::shared_ptr<const CampaignNumbers> previous);

    bool empty() const { return campaigns_.empty(); }
    /// Whether some campaign asks about the customer.
    bool asks() const { return asks_; }
    /// Whether some campaign pays commission to whoever brought the customer.
    bool pays_referrers() const { return pays_referrers_; }
    const std::shared_ptr<const CampaignNumbers>& numbers() const { return numbers_; }

    /// Whether a campaign may take effect: its limits are the state's.
    using Admit = absl::FunctionRef<bool(const CampaignGain& gain)>;

    /// What a sale earns that has earned `base` by the base rate and whose tier multiplies by `tier_bp`.
    /// Campaigns take effect in their order, unless `admit` says no; those that give nothing do not. `order`
    /// is what discounts are taken off, one behind the other. Nothing on overflow.
    std::optional<Earning> earn(model::Points base, std::int32_t tier_bp, const CampaignSale& sale,
                                model::Money order, const Admit& admit) const;

  private:
    enum class Question : std::uint8_t {
        amount_from,
        tier_in,
        terminal_in,
        weekday_in,
        hours,
        dates,
        first_order,
        sku_in,
        category_in,
        about_customer
    };

    /// Where a condition ends.
    static constexpr std::uint16_t kMeets = 0xFFFF;
    static constexpr std::uint16_t kFails = 0xFFFE;

    struct Step {
        Question question{};
        std::uint8_t from = 0;
        std::uint8_t until = 0;
        std::uint8_t bit = 0;  ///< of the answers
        bool wanted = true;
        std::uint16_t if_true = kMeets;
        std::uint16_t if_false = kFails;
        std::uint32_t mask = 0;        ///< tiers or weekdays
        std::uint32_t list_begin = 0;  ///< in terminals_ or texts_, each sorted
        std::uint32_t list_end = 0;
        std::int64_t low = 0;
        std::int64_t high = INT64_MAX;
    };
    struct Fraction {
        std::int64_t numerator = 1;
        std::int64_t denominator = 1;
    };
    struct Compiled {
        std::uint16_t number = 0;
        std::uint16_t begin = kMeets;  ///< where its condition begins
        bool ranking = true;
        bool counted = false;
        bool budgeted = false;
        std::uint16_t reward = 0;  ///< as of CampaignGain
        model::Instant starts{INT64_MIN};
        model::Instant ends{INT64_MAX};
        std::vector<model::CampaignEffect> effects;
        std::vector<Fraction> multipliers;  ///< one for each effect
        std::vector<CustomerQuestion> questions;
    };
    /// What is found out of a sale, where a condition asks.
    struct Known;

    std::uint16_t compile(const Rules& rules, const model::Condition& condition,
                          std::vector<CustomerQuestion>& questions, std::uint16_t if_true,
                          std::uint16_t if_false);
    bool meets(std::uint16_t step, const CampaignSale& sale, Known& known) const;
    bool answer(const Step& step, const CampaignSale& sale, Known& known) const;
    bool has(const Step& step, std::string_view text) const;

    bool asks_ = false;
    bool pays_referrers_ = false;
    std::vector<Compiled> campaigns_;
    std::vector<Step> steps_;
    std::vector<std::uint32_t> terminals_;
    std::vector<std::string> texts_;
    std::shared_ptr<const model::Calendar> calendar_;
    std::shared_ptr<const CampaignNumbers> numbers_;
};

}  // namespace tim::core
