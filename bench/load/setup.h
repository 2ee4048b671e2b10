#pragma once

#include <cstdint>

#include "bench/load/result.h"
#include "bench/load/settings.h"
#include "bench/load/wire.h"
#include "engine/model/result.h"

namespace tim::bench {

/// Puts the bench's program in force and enrols the customers that are missing; what is there already stays.
/// Tells its progress on stderr.
model::Result<void> prepare_customers(const Settings& settings, Wire& wire);

/// Gives every customer points to spend, once in the life of the data.
model::Result<void> grant_points(const Settings& settings, Wire& wire);

/// Sums over all customers of the program, page by page.
model::Result<Totals> read_totals(const Settings& settings, Wire& wire);

}  // namespace tim::bench
