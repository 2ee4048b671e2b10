#pragma once

#include <functional>
#include <map>

#include "engine/model/command.h"

namespace tim::tests {

/// How each refusal is provoked: the answer to the command that is refused.
using RefusalCases = std::map<model::Refusal, std::function<model::Outcome()>>;

/// Of the network, of payouts and of tiers by hand.
const RefusalCases& cases_of_parties();

/// Of web orders.
const RefusalCases& cases_of_orders();

/// Of what customers are classified by.
const RefusalCases& cases_of_relations();

/// Of the care calendar.
const RefusalCases& cases_of_care();

/// Of who customers are.
const RefusalCases& cases_of_people();

/// Of rewards and vouchers.
const RefusalCases& cases_of_rewards();

/// Why what came with a sale was refused while the sale was accepted.
const std::map<model::Refusal, std::function<model::Refusal()>>& cases_of_extras();

}  // namespace tim::tests
