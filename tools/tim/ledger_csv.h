#pragma once

#include <string>

#include "clients/cpp/types.h"
#include "engine/model/calendar.h"
#include "tools/tim/session.h"

namespace tim::cli {

/// The names of the ledger CSV's columns, a line.
std::string_view ledger_csv_header();

/// Appends a fact as a line of the ledger CSV. Amounts are decimals of the program's currency, times stand in
/// its zone, tiers are ids of the version that judged the fact. What a fact has nothing of is empty: the
/// customer and the tiers of one that is about no customer, the amount of an opened hold, the time of a
/// program that holds from the beginning.
void append_ledger_line(std::string& text, const client::LedgerFact& fact, const ProgramVersion& version,
                        const model::Calendar& calendar);

}  // namespace tim::cli
