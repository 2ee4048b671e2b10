#pragma once

#include <string>
#include <vector>

#include "engine/model/command.h"
#include "tools/tim/command_line.h"
#include "tools/tim/json_line.h"

namespace tim::cli {

/// "+15", "-3", "0".
std::string signed_points(model::Points points);

/// "Đồng → Bạc", or one tier's name when nothing changed.
std::string tier_move(const ProgramVersion& version, const model::Outcome& outcome);

/// What a command is about: "sale", "1/104416".
struct Subject {
    std::string command;
    std::string name;  ///< a receipt, a customer, a hold
};

/// Tells the answer to a command that moved a customer's figures, or its refusal, and gives the exit code.
int tell_outcome(const CommandLine& line, Shop& shop, const Subject& subject, const model::Command& command,
                 const model::Result<model::Outcome>& outcome);

/// The same for a sale, or a return by line: with what the transaction did, and the extras that were refused.
int tell_sale(const CommandLine& line, Shop& shop, const Subject& subject, const model::Command& command,
              const model::Result<client::DetailedOutcome>& sale);

/// Reads lines "SKU:QTY:PRICE[:CATEGORY]", or of a return "SKU:QTY[:PRICE[:CATEGORY]]".
model::Result<std::vector<model::SaleLine>> read_lines(const Shop& shop,
                                                       const std::vector<std::string>& texts, bool returns);

/// Reads a decimal of the program's currency; `what` is named in the error. Not below 0 unless `any_sign`.
model::Result<model::Money> read_amount(const Shop& shop, const std::string& text, const std::string& what,
                                        bool any_sign = false);

}  // namespace tim::cli
