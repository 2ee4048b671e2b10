#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/model/program.h"

namespace tim::model {

inline constexpr std::size_t kMaxNameBytes = 256;  ///< of a program, tier or campaign
/// Greatest number of points in a rate or bonus.
inline constexpr std::int64_t kMaxRatePoints = 1'000'000'000;
inline constexpr std::int32_t kMaxMultiplierBp = 100 * kWholeBp;

/// Collects what is wrong with one program: a path and a sentence each.
class FaultCollector {
  public:
    void fault(std::string path, std::string message);

    /// 1 to kMaxProgramIdBytes letters, digits, dots, dashes and underscores.
    void check_id(const std::string& path, std::string_view id);
    /// At most so many bytes of UTF-8.
    void check_text(const std::string& path, std::string_view text, std::size_t max_bytes);
    void check_range(const std::string& path, std::int64_t value, std::int64_t least, std::int64_t greatest);

    const std::vector<ProgramFault>& faults() const { return faults_; }
    std::vector<ProgramFault> take() { return std::move(faults_); }

  private:
    std::vector<ProgramFault> faults_;
};

/// What is wrong with discounts and campaigns. The tiers' ids have been checked.
void check_discount(const Program& program, const Discount& discount, const std::string& path,
                    FaultCollector& faults);
void check_campaigns(const Program& program, FaultCollector& faults);

/// What is wrong with rewards and classification.
void check_catalogue(const Program& program, FaultCollector& faults);

}  // namespace tim::model
