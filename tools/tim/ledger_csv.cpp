#include "tools/tim/ledger_csv.h"

#include "tools/tim/csv_writer.h"

namespace tim::cli {

std::string_view ledger_csv_header() {
    return "sequence,transaction,at,recorded,type,subject,customer,name,amount,points,points_after,held_"
           "after,"
           "tier_before,tier_after,version,by\n";
}

void append_ledger_line(std::string& text, const client::LedgerFact& fact, const ProgramVersion& version,
                        const model::Calendar& calendar) {
    const auto time = [&calendar](model::Instant at) {
        return at == model::kNoInstant ? std::string() : calendar.format(at);
    };
    const auto number = [](auto value) { return std::to_string(value); };
    const bool of_customer = fact.subject == "customer";
    const bool of_wallet = fact.subject == "wallet";  // what is available, and what is pending
    // An opened hold and a tier by hand keep the instant at which they end where others keep an amount, and a
    // task of care the one at which it is due.
    const bool has_amount =
        fact.type != "hold_opened" && fact.type != "tier_overridden" && fact.type != "care_noted";
    CsvWriter csv;
    csv.field(number(fact.sequence.value))
        .field(number(fact.transaction.value))
        .field(time(fact.at))
        .field(time(fact.recorded))
        .field(fact.type)
        .field(fact.subject)
        .field(of_customer || of_wallet ? number(fact.subject_id) : "")
        .field(fact.name)
        .field(has_amount ? version.money(fact.amount) : "")
        .field(fact.points.value)
        .field(of_customer ? number(fact.points_after.value)
               : of_wallet ? version.money({fact.points_after.value})
                           : "")
        .field(of_customer ? number(fact.held_after.value)
               : of_wallet ? version.money({fact.held_after.value})
                           : "")
        .field(of_customer ? version.tier_id(fact.tier_before) : "")
        .field(of_customer ? version.tier_id(fact.tier_after) : "")
        .field(number(fact.version.value))
        .field(fact.by);
    csv.end_line();
    text += csv.text();
}

}  // namespace tim::cli
