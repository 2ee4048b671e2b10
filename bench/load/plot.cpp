#include "bench/load/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace tim::bench {
namespace {

constexpr double kWidth = 860;
constexpr double kLeft = 90;
constexpr double kRight = 20;
constexpr double kPanelHeight = 200;

std::string escape(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '<')
            out += "&lt;";
        else if (c == '&')
            out += "&amp;";
        else
            out += c;
    }
    return out;
}

/// The least of 1, 2, 5 × 10^k that is not below `value`.
double round_up(double value) {
    if (value <= 0) return 1;
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= value) return factor * power;
    return 10 * power;
}

std::string label(double value) {
    if (value >= 1e6) return fmt::format("{:g} M", value / 1e6);
    if (value >= 1e3) return fmt::format("{:g} k", value / 1e3);
    return fmt::format("{:g}", value);
}

struct Line {
    std::string name;
    std::string color;
    std::function<double(const Sample&)> value;
};

std::string panel(double top, const std::string& heading, const std::vector<Sample>& samples,
                  const std::vector<Line>& lines) {
    double highest = 0;
    for (const Line& line : lines)
        for (const Sample& sample : samples)
            highest = std::max(highest, line.value(sample));
    highest = round_up(highest);
    const double seconds = samples.empty() ? 1 : std::max(samples.back().second, 1e-9);
    const auto x = [&](double second) { return kLeft + second / seconds * (kWidth - kLeft - kRight); };
    const auto y = [&](double value) { return top + kPanelHeight * (1 - value / highest); };

    std::string out = fmt::format("<text x=\"{}\" y=\"{}\" font-weight=\"bold\">{}</text>\n", kLeft, top - 10,
                                  escape(heading));
    for (int i = 0; i <= 4; ++i) {
        const double value = highest * i / 4;
        out += fmt::format(
            "<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ddd\"/>"
            "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
            kLeft, kWidth - kRight, y(value), y(value), kLeft - 8, y(value) + 4, label(value));
    }
    double legend = kWidth - kRight;
    for (const Line& line : lines) {
        std::string points;
        for (const Sample& sample : samples)
            points += fmt::format("{:.1f},{:.1f} ", x(sample.second), y(line.value(sample)));
        out += fmt::format("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"{}\"/>\n",
                           line.color, points);
        out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"{}\">{}</text>\n", legend,
                           top - 10, line.color, escape(line.name));
        legend -= 60;
    }
    out += fmt::format(
        "<text x=\"{}\" y=\"{}\">0 s</text><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{:.0f} s</text>\n",
        kLeft, top + kPanelHeight + 18, kWidth - kRight, top + kPanelHeight + 18, seconds);
    return out;
}

}  // namespace

std::string svg_plot(const std::string& title, const std::vector<Sample>& samples) {
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"600\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
        "<text x=\"{}\" y=\"30\" font-size=\"15\">{}</text>\n",
        kWidth, kLeft, escape(title));
    out += panel(80, "operations per second", samples,
                 {{"ops/s", "#1f6fb4", [](const Sample& sample) { return sample.ops_per_second; }}});
    out += panel(350, "latency, microseconds", samples,
                 {{"p99", "#c0392b", [](const Sample& sample) { return sample.p99_us; }},
                  {"p50", "#27864b", [](const Sample& sample) { return sample.p50_us; }}});
    return out + "</svg>\n";
}

}  // namespace tim::bench
