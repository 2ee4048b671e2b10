// Programs that many tests begin with.
#include "tests/support/commands.h"

namespace tim::tests {

model::Program nhanh_program(const std::string& id) {
    model::Program program;
    program.id = id;
    program.name = "Cấp độ khách hàng";
    program.currency = {"VND", 0};
    program.time_zone = "Asia/Ho_Chi_Minh";
    program.points.unit = "điểm";
    program.points.earn = {{10'000}, {1}};
    program.points.redeem = model::RedeemRate{{1}, {1'000}};
    program.tiering.criterion = model::Criterion::lifetime_spend;
    const auto tier = [](std::string tier_id, std::string name, std::int64_t min) {
        model::Tier result;
        result.id = std::move(tier_id);
        result.name = std::move(name);
        result.min = min;
        return result;
    };
    program.tiers = {tier("dong", "Đồng", 0), tier("bac", "Bạc", 3'000'000),
                     tier("vang", "Vàng", 10'000'000)};
    program.tiers[0].max = 2'999'999;
    program.tiers[1].max = 9'999'999;
    program.tiers[2].keep_points.value = 100;
    return program;
}

model::Program lan_toa_program(const std::string& id) {
    model::Program program = nhanh_program(id);
    program.name = "Lan tỏa yêu thương";
    program.points.unit = "TIM";
    program.tiering.criterion = model::Criterion::lifetime_ranking_points;
    const auto tier = [](std::string tier_id, std::string name, std::int64_t min) {
        model::Tier result;
        result.id = std::move(tier_id);
        result.name = std::move(name);
        result.min = min;
        return result;
    };
    program.tiers = {tier("dong", "Đồng", 0), tier("bac", "Bạc", 100), tier("vang", "Vàng", 300),
                     tier("bach-kim", "Bạch Kim", 600), tier("kim-cuong", "Kim Cương", 1'000)};
    program.tiers[4].makes_vip = true;
    model::Network network;
    network.upline_earn = model::UplineEarn{{{20'000}, {1}}, true};
    network.commission = {{0, 300}};
    program.network = network;
    model::Referral referral;
    referral.referrer.points = {20};
    referral.referee.points = {10};
    program.referral = referral;
    return program;
}

}  // namespace tim::tests
