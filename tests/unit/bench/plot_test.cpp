#include "bench/load/plot.h"

#include <gtest/gtest.h>

namespace tim::bench {
namespace {

TEST(SvgPlot, DrawsALineForEachFigure) {
    const std::string svg = svg_plot("a < b & c", {{1, 1000, 10, 20}, {2, 1200, 11, 25}});
    EXPECT_TRUE(svg.starts_with("<svg"));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_NE(svg.find("a &lt; b &amp; c"), std::string::npos);
    std::size_t lines = 0;
    for (auto at = svg.find("<polyline"); at != std::string::npos; at = svg.find("<polyline", at + 1))
        ++lines;
    EXPECT_EQ(lines, 3U);
}

TEST(SvgPlot, TakesARunWithoutSamples) {
    const std::string svg = svg_plot("", {});
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
}

}  // namespace
}  // namespace tim::bench
