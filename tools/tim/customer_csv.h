#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/cpp/types.h"
#include "engine/model/calendar.h"
#include "tools/tim/session.h"

namespace tim::cli {

/// Collects customers and writes the customer CSV: sorted by the column `customer` (byte order, then by id),
/// so that the same state gives the same bytes. Amounts are decimals of the program's currency, times stand
/// in its zone. One thread.
class CustomerCsv {
  public:
    /// With the profile, what `tim import customers` takes stands behind the other columns: keys, name,
    /// staff, source, channel, natures, types, items and birthday, as far as the key of access may see
    /// people.
    explicit CustomerCsv(bool profile = false) : profile_(profile) {}

    void add(const client::Customer& customer, const ProgramVersion& version,
             const model::Calendar& calendar);

    std::size_t size() const { return lines_.size(); }

    /// Header and lines.
    std::string text();

  private:
    struct Line {
        std::string customer;
        std::uint64_t id = 0;
        std::uint64_t vip = 0;
        std::string before_vip;
        std::string after_vip;
    };
    bool profile_;
    std::vector<Line> lines_;
};

/// What lists and exports call a customer: the first key, or `id:N` where there is none.
std::string customer_label(const client::Customer& customer);

}  // namespace tim::cli
