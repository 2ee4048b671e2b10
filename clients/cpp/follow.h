#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/cpp/types.h"

namespace tim::client {

/// A fact of the ledger with what a fold of the stream needs: adding up `spend`, `ranking` and `orders` gives
/// the customer's figures, points and what is held stand in the fact as they are after it.
struct Change {
    LedgerFact fact;
    model::Money spend{};                               ///< change of lifetime spend
    model::Points ranking{};                            ///< change of ranking points
    int orders = 0;                                     ///< change of the number of orders
    model::Month month{};                               ///< to which these are posted; 0 where nothing is
    model::Instant until = model::kNoInstant;           ///< of an opened hold or a tier by hand: until when
    model::Instant first_order_at = model::kNoInstant;  ///< of an order undone: of the orders that remain
    model::Instant last_order_at = model::kNoInstant;
    std::optional<model::CustomerClasses> classes;  ///< of `classified`: all of them

    // Told to keys that may see people:
    std::vector<model::Key> keys;  ///< of an enrolment
    std::string person;            ///< likewise: the name
    std::string text;              ///< a reason, an order's status and waybill code, lines of a sale
};

/// A piece of what happened in a program, oldest first.
struct ChangesPage {
    std::vector<Change> changes;
    model::Sequence through{};  ///< go on above this
    model::Sequence last{};     ///< the ledger's last sequence as this was asked
};

}  // namespace tim::client
