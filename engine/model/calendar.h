#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/quantity.h"
#include "engine/model/result.h"

namespace tim::model {

/// What a clock on the wall shows.
struct WallTime {
    std::uint8_t weekday = 0;  ///< 0 Monday … 6 Sunday
    std::uint8_t hour = 0;
};

/// Civil time of one IANA zone: where months begin, and how instants are read and written. Immutable after
/// `load`, so it may be shared by threads. Month starts of 1970–2200 are computed once, so that `month_of`
/// costs a guess and a comparison on the hot path. A calendar that was not loaded must not be used.
class Calendar {
  public:
    /// Loads the zone from the system's time zone database; an unknown name is an error.
    static Result<Calendar> load(std::string_view zone_name);

    const std::string& zone_name() const { return zone_name_; }

    /// The calendar month of `at`; instants before 1970 count as the first month, after 2199 as the last.
    Month month_of(Instant at) const;

    /// The first instant of a month.
    Instant month_start(Month month) const;

    /// The first instant of the day that lies so many days after that of `at` (0: of its own day).
    Instant day_start(Instant at, int days_later) const;

    /// The same time of day so many days later: where the zone skips it, the first instant behind the gap; of
    /// two, the earlier.
    Instant days_later(Instant at, std::int64_t days) const;

    WallTime wall_time(Instant at) const;

    /// Reads ISO 8601: `2010-12-01`, `2010-12-01T08:26`, `…:00`, `….123`, each with an optional `Z` or
    /// `±hh:mm`; without an offset it is civil time of this zone (a time that the zone skips is an error; of
    /// two, the earlier). Dates that do not exist are errors. Years are 0001 to 9999.
    Result<Instant> parse(std::string_view text) const;

    /// Writes ISO 8601 with the zone's offset: `2010-12-01T08:26:00+00:00` (milliseconds only when not 0).
    std::string format(Instant at) const;

    /// The day of an instant: `2010-12-01`.
    std::string format_day(Instant at) const;

  private:
    struct Zone;

    std::string zone_name_;
    std::shared_ptr<const Zone> zone_;
    std::vector<std::int64_t> month_starts_ms_;
};

}  // namespace tim::model
