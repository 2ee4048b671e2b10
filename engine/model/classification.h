#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tim::model {

// What a customer is classified by (S4.1 to S4.9). The values of sources, natures, types and items are the
// program's (model::Classification).

inline constexpr std::size_t kMaxStaffBytes = 16;
inline constexpr std::size_t kMaxChannelBytes = 16;
inline constexpr std::size_t kMaxSources = 255;     ///< of a program, all its versions together
inline constexpr std::size_t kMaxClassValues = 64;  ///< natures, types or items, likewise

/// S4.2 to S4.4. The first two are set by hand, the others follow from sales. Values are part of the ledger's
/// format.
enum class CustomerStatus : std::uint8_t { fresh = 0, prospect = 1, purchased = 2, vip = 3 };

/// "new", "prospect", "purchased", "vip".
std::string_view status_name(CustomerStatus status);
std::optional<CustomerStatus> read_status(std::string_view name);

/// Day and month; both 0: not known.
struct Birthday {
    std::uint8_t month = 0;
    std::uint8_t day = 0;

    bool known() const { return month != 0; }
    friend bool operator==(const Birthday&, const Birthday&) = default;
};

/// Whether there is such a day in some year.
bool is_day(const Birthday& birthday);
/// "05-17", or empty where it is not known.
std::string format_birthday(const Birthday& birthday);
/// The opposite; none when that is no day.
std::optional<Birthday> read_birthday(std::string_view text);

/// Values of a list that a customer gets, and such that the customer loses.
struct ClassListChange {
    std::vector<std::string> add;
    std::vector<std::string> drop;

    bool empty() const { return add.empty() && drop.empty(); }
    friend bool operator==(const ClassListChange&, const ClassListChange&) = default;
};

/// A change of what a customer is classified by: only what is given changes. An empty text takes back what
/// there was.
struct ClassifyTerms {
    std::optional<CustomerStatus> status;
    std::optional<std::string> staff;
    std::optional<std::string> source;
    std::optional<std::string> channel;
    ClassListChange natures;
    ClassListChange types;
    ClassListChange items;
    std::optional<Birthday> birthday;

    bool empty() const {
        return !status && !staff && !source && !channel && natures.empty() && types.empty() &&
               items.empty() && !birthday;
    }
    friend bool operator==(const ClassifyTerms&, const ClassifyTerms&) = default;
};

/// What one customer is classified by, in the program's words.
struct CustomerClasses {
    CustomerStatus status = CustomerStatus::fresh;
    std::string staff;  ///< empty: the company's
    std::string source;
    std::string channel;
    std::vector<std::string> natures;
    std::vector<std::string> types;
    std::vector<std::string> items;
    Birthday birthday;

    friend bool operator==(const CustomerClasses&, const CustomerClasses&) = default;
};

/// "staff NV01, source facebook, natures wholesale and retail"; what is not known is left out.
std::string say_classes(const CustomerClasses& classes);

}  // namespace tim::model
