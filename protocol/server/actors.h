#pragma once

#include <string>
#include <vector>

#include "engine/model/fact.h"
#include "engine/runtime/engine.h"

namespace tim::server {

/// Says by which key of access facts came. One answer's: keys that are added later are not known to it. One
/// thread.
class Actors {
  public:
    /// `told`: whether it is told at all (codec::Sight).
    Actors(runtime::Engine& engine, bool told) : engine_(engine), told_(told) {}

    /// The key's id; empty where it is not told, or there was none.
    std::string of(const model::Fact& fact);

  private:
    runtime::Engine& engine_;
    const bool told_;
    std::vector<std::string> ids_;  ///< by the keys' numbers, once one is asked for
};

}  // namespace tim::server
