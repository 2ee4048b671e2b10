#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "bench/load/settings.h"
#include "engine/model/result.h"

namespace tim::bench {

/// A daemon of one's own for the time of a run. It is stopped (SIGTERM) when the object goes, and a temporary
/// folder is removed.
class Daemon {
  public:
    /// Starts it with `settings.durability` on a free port of the loopback and waits until it serves.
    static model::Result<std::unique_ptr<Daemon>> start(const Settings& settings);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    const std::string& address() const { return address_; }
    std::filesystem::path key_file() const { return folder_ / "admin.key"; }

    /// Ends it and tells how; nothing when it had ended well.
    model::Result<void> stop();

  private:
    Daemon() = default;

    pid_t process_ = -1;
    std::string address_;
    std::filesystem::path folder_;
    bool temporary_ = false;
};

}  // namespace tim::bench
