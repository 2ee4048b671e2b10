#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "engine/core/touch.h"
#include "engine/model/quantity.h"

namespace tim::core {

/// Money by the instant at which it is due. It comes in the order of those instants, but for what is late,
/// and leaves from the front: so it stands in one piece, and who adds the newest reads its end alone. A tree
/// of the same amounts costs a line of memory a level.
///
/// Thread safety: none.
class DueLots {
  public:
    struct Lot {
        model::Instant due{};
        model::Money amount{};  ///< > 0, or 0 of one that was taken back from among the others
    };

    /// Adds to what is due at an instant, or takes from it what it has.
    void add(model::Instant due, model::Money change);
    /// Takes out all that is due by an instant; returns the sum.
    model::Money take_until(model::Instant until);

    model::Money at(model::Instant due) const;
    /// In order of `due`.
    std::span<const Lot> all() const { return std::span(lots_).subspan(front_); }
    /// Those that hold something.
    std::size_t count() const;
    bool empty() const { return front_ == lots_.size(); }

    /// Adds what is read of the oldest, and written of the newest, to what is touched; see touch.h.
    void touch(TouchList& lines) const {
        if (empty()) return;
        lines.add(&lots_[front_]);
        lines.add(&lots_.back());
    }

  private:
    /// Lets those at both ends go that hold nothing.
    void trim();

    std::vector<Lot> lots_;
    std::size_t front_ = 0;  ///< those before have left
};

}  // namespace tim::core
