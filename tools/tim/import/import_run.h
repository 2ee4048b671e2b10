#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/model/quantity.h"
#include "engine/model/result.h"
#include "tools/tim/command_line.h"
#include "tools/tim/import/import_row.h"

namespace tim::cli {

struct ImportOptions {
    ImportKind kind = ImportKind::customers;
    std::string file;                  ///< - is standard input
    std::string name = "opening";      ///< of the import: the same file under another name counts anew
    std::string rejects;               ///< empty: FILE.rejects.csv
    std::optional<std::string> until;  ///< of tiers whose row names none
    std::int64_t give_up_s = 300;
};

struct ImportSummary {
    std::uint64_t rows = 0;
    std::uint64_t accepted = 0;
    std::uint64_t duplicate = 0;  ///< had been imported before
    std::uint64_t refused = 0;
    std::string rejects_path;  ///< empty when there are none
};

/// Imports a file: row by row validated, posted in batches, many under way at a time. What is bad or refused
/// goes to the rejects file in the order of the file, and the rest goes on. An error ends it early; `summary`
/// then tells what was done until then, and the file may be imported again.
model::Result<void> run_import(Shop& shop, const ImportOptions& options, ImportSummary& summary);

/// The request id of one row's command: made of what the row is about, so that whoever imports the row again
/// asks for the same. `part` tells the commands of one row apart.
model::Name import_name(ImportKind kind, std::string_view program, std::string_view import,
                        const ImportCustomer& customer, unsigned part);

}  // namespace tim::cli
