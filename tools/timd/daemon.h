#pragma once

#include "options.h"

namespace tim::daemon {

/// Runs timd until SIGTERM or SIGINT; returns the exit code. The caller is the process's first thread and has
/// started no other.
int run(const Options& options);

}  // namespace tim::daemon
