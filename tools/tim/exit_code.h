#pragma once

namespace tim::cli {

/// What the process tells its caller. Scripts are written against these.
enum ExitCode : int {
    kDone = 0,
    kRefused = 1,      ///< the server refused; the reason is on stderr
    kUsage = 2,        ///< the command line or an input is wrong
    kUnreachable = 3,  ///< the server cannot be reached, or it does not accept the key
    kPartly = 4,       ///< done, but some rows were refused
};

}  // namespace tim::cli
