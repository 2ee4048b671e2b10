#pragma once

#include "bench/load/result.h"
#include "bench/load/settings.h"
#include "engine/model/result.h"
#include "protocol/codec/scram.h"

namespace tim::bench {

/// Drives all connections from the caller's thread, in a closed loop (a message is answered, the next goes
/// out) or an open one (messages are due at fixed times; latency counts from then, so that a server that
/// stalls is charged with all that was due meanwhile). The customers must be there.
/// `points_above`: what a sale gives to somebody else than its buyer, of which the answers to rows tell
/// nothing.
model::Result<RunResult> run_load(const Settings& settings, const codec::AccessSecret& secret,
                                  std::int64_t points_above);

}  // namespace tim::bench
