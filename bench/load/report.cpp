#include "bench/load/report.h"

#include <fmt/format.h>

#include <thread>
#include <utility>
#include <vector>

namespace tim::bench {
namespace {

constexpr std::pair<const char*, double> kQuantiles[] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};

double to_us(std::uint64_t ns) {
    return static_cast<double>(ns) / 1000.0;
}

std::string count_text(double value) {
    if (value >= 1e6) return fmt::format("{:.3f} M", value / 1e6);
    if (value >= 1e3) return fmt::format("{:.1f} k", value / 1e3);
    return fmt::format("{:.1f}", value);
}

std::vector<std::pair<std::string, std::uint64_t>> refusals(const RunResult& result) {
    std::vector<std::pair<std::string, std::uint64_t>> named;
    for (std::size_t code = 0; code < result.refused_by_code.size(); ++code)
        if (result.refused_by_code[code] > 0)
            named.emplace_back(model::refusal_name(static_cast<model::Refusal>(code)),
                               result.refused_by_code[code]);
    return named;
}

std::string quote(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) >= 0x20) out += c;
    }
    return out + "\"";
}

const char* boolean(bool value) {
    return value ? "true" : "false";
}

}  // namespace

std::string mode_name(Mode mode) {
    switch (mode) {
        case Mode::sale:
            return "sale";
        case Mode::balance:
            return "balance";
        case Mode::mix:
            return "mix";
        case Mode::redeem:
            return "redeem";
        case Mode::hold:
            return "hold";
    }
    return {};
}

std::string skew_name(const Skew& skew) {
    return skew.zipf ? fmt::format("zipf:{}", skew.exponent) : "uniform";
}

std::string report_text(const Settings& settings, const RunResult& result, const SumCheck& check) {
    std::string out = fmt::format("{} {} of {} customers ({}), {} connections × depth {}, {} a message, {}\n",
                                  settings.rate > 0 ? "open loop:" : "closed loop:", mode_name(settings.mode),
                                  settings.customers, skew_name(settings.skew), settings.connections,
                                  settings.depth, settings.batch, settings.durability);
    if (!settings.rules.empty() || settings.detailed)
        out += fmt::format("  rules: {}{}{}{}\n",
                           settings.rules.empty() ? "the bench's own" : settings.rules.filename().string(),
                           settings.vips > 0 ? fmt::format(", {} VIPs", settings.vips) : "",
                           settings.detailed ? ", detailed sales" : "",
                           settings.names_codes ? " that name codes" : "");
    out += fmt::format("  {} operations/s over {:.1f} s", count_text(result.ops_per_second()),
                       result.measured_s);
    if (settings.rate > 0) out += fmt::format(" ({} wanted)", count_text(settings.rate));
    out += fmt::format("\n  latency of a message, µs:");
    for (const auto& [name, quantile] : kQuantiles)
        out += fmt::format("  {} {:.0f}", name, to_us(result.latency_ns.at_quantile(quantile)));
    out += fmt::format("  max {:.0f}\n", to_us(result.latency_ns.max()));
    out += fmt::format("  refused: {}", result.refused);
    for (const auto& [name, count] : refusals(result))
        out += fmt::format("  {} {}", name, count);
    if (result.not_sent > 0)
        out += fmt::format("\n  due but not sent when the run ended: {} messages", result.not_sent);
    out +=
        fmt::format("\n  cache line between two processors and back, ns: {:.0f} before, {:.0f} after ({})\n",
                    result.round_trip_before_ns, result.round_trip_after_ns,
                    result.round_trip_before_ns == 0                                        ? "one processor"
                    : result.round_trip_before_ns < 250 && result.round_trip_after_ns < 250 ? "near"
                    : result.round_trip_before_ns >= 250 && result.round_trip_after_ns >= 250 ? "far"
                                                                                              : "it changed");
    if (check.made)
        out += fmt::format(
            "  sums: acknowledged {} spend and {} points; the customers hold {} and {} more: {}\n",
            result.acknowledged.spend_minor, result.acknowledged.points, check.spend_minor, check.points,
            check.agrees(result.acknowledged) ? "they agree" : "THEY DIFFER");
    return out;
}

std::string report_json(const Settings& settings, const RunResult& result, const SumCheck& check) {
    std::string latency;
    for (const auto& [name, quantile] : kQuantiles)
        latency += fmt::format("\"{}\":{:.1f},", name, to_us(result.latency_ns.at_quantile(quantile)));
    std::string refused;
    for (const auto& [name, count] : refusals(result))
        refused += fmt::format("{}\"{}\":{}", refused.empty() ? "" : ",", name, count);
    std::string samples;
    for (const Sample& sample : result.samples)
        samples += fmt::format(
            "{}{{\"second\":{:.2f},\"ops_per_second\":{:.0f},\"p50_us\":{:.1f},\"p99_us\":{:.1f}}}",
            samples.empty() ? "" : ",", sample.second, sample.ops_per_second, sample.p50_us, sample.p99_us);
    std::string out = "{";
    out += fmt::format("\"ops_per_second\":{:.1f},\"refused\":{},\"refused_by_reason\":{{{}}},",
                       result.ops_per_second(), result.refused, refused);
    out += fmt::format("\"latency_us\":{{{}\"max\":{:.1f}}},", latency, to_us(result.latency_ns.max()));
    out += fmt::format(
        "\"operations\":{},\"acknowledged\":{},\"acknowledged_spend_minor\":{},\"acknowledged_points\":{},",
        result.operations, result.acknowledged.operations, result.acknowledged.spend_minor,
        result.acknowledged.points);
    out += fmt::format("\"duplicates\":{},\"not_sent\":{},", result.acknowledged.duplicates, result.not_sent);
    out += fmt::format("\"sums_checked\":{},\"sums_agree\":{},", boolean(check.made),
                       check.made ? boolean(check.agrees(result.acknowledged)) : "null");
    out += fmt::format("\"round_trip_ns\":{{\"before\":{:.1f},\"after\":{:.1f}}},",
                       result.round_trip_before_ns, result.round_trip_after_ns);
    out += fmt::format(
        "\"settings\":{{\"server\":{},\"program\":{},\"rules\":{},\"vips\":{},\"detailed\":{},"
        "\"referral\":{},\"mode\":\"{}\",\"customers\":{},\"connections\":{},"
        "\"depth\":{},"
        "\"batch\":{},\"rate\":{},\"seconds\":{},\"warm_up_s\":{},\"skew\":\"{}\",\"seed\":{},\"durability\":"
        "{},"
        "\"spawn\":{},\"processors\":{}}},",
        quote(settings.server), quote(settings.program), quote(settings.rules.string()), settings.vips,
        boolean(settings.detailed), boolean(settings.names_codes), mode_name(settings.mode),
        settings.customers, settings.connections, settings.depth, settings.batch, settings.rate,
        settings.seconds, settings.warm_up_s, skew_name(settings.skew), settings.seed,
        quote(settings.durability), boolean(settings.spawn), std::thread::hardware_concurrency());
    out += fmt::format("\"samples\":[{}]}}\n", samples);
    return out;
}

}  // namespace tim::bench
