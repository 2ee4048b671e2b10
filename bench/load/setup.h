#pragma once

#include <cstdint>

#include "bench/load/result.h"
#include "bench/load/settings.h"
#include "bench/load/wire.h"
#include "engine/model/program.h"
#include "engine/model/result.h"

namespace tim::bench {

/// The program that is loaded: that of `settings.rules` under the name of `settings.program`, or the bench's
/// own. Errors: a file that cannot be read or is no program; VIPs in a program without a network.
model::Result<model::Program> load_program(const Settings& settings);

/// Points that the VIP above a buyer gets for each sale.
std::int64_t points_above(const Settings& settings, const model::Program& program);

/// Puts the program in force and enrols the customers that are missing, VIPs first; what is there already
/// stays. Tells its progress on stderr.
model::Result<void> prepare_customers(const Settings& settings, const model::Program& program, Wire& wire);

/// Gives every customer points to spend, once in the life of the data.
model::Result<void> grant_points(const Settings& settings, Wire& wire);

/// Sums over all customers of the program, page by page.
model::Result<Totals> read_totals(const Settings& settings, Wire& wire);

}  // namespace tim::bench
