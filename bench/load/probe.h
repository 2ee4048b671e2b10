#pragma once

namespace tim::bench {

/// Nanoseconds that a cache line takes from one processor to another and back, found by two threads that hand
/// one atomic back and forth for some milliseconds. On virtual machines this figure moves within seconds by
/// a factor of five, and every figure of a run moves with it: it is printed beside them. 0 on a machine with
/// one processor.
double round_trip_ns();

}  // namespace tim::bench
