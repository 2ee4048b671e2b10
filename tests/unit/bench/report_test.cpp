#include "bench/load/report.h"

#include <gtest/gtest.h>

namespace tim::bench {
namespace {

RunResult some_result() {
    RunResult result;
    result.operations = 2'000;
    result.measured_s = 2;
    result.latency_ns.record(200'000, 99);
    result.latency_ns.record(900'000);
    result.acknowledged = {2'500, 375'000'000, 37'500, 0};
    result.refused = 3;
    result.refused_by_code[static_cast<std::size_t>(model::Refusal::overloaded)] = 3;
    return result;
}

TEST(Report, JsonHasWhatScriptsAskFor) {
    const SumCheck check{true, 375'000'000, 37'500};
    const std::string json = report_json({}, some_result(), check);
    for (const char* part :
         {"\"ops_per_second\":1000.0", "\"refused\":3", "\"overloaded\":3", "\"latency_us\":{\"p50\":20",
          "\"p90\":", "\"p99\":", "\"p999\":", "\"max\":900.0", "\"acknowledged\":2500", "\"settings\":{",
          "\"sums_agree\":true"})
        EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
    EXPECT_EQ(json.back(), '\n');
    EXPECT_EQ(json.find('\n'), json.size() - 1);
}

TEST(Report, SaysWhenTheSumsDiffer) {
    const SumCheck wrong{true, 374'850'000, 37'500};
    EXPECT_FALSE(wrong.agrees(some_result().acknowledged));
    EXPECT_NE(report_text({}, some_result(), wrong).find("THEY DIFFER"), std::string::npos);
    EXPECT_NE(report_json({}, some_result(), wrong).find("\"sums_agree\":false"), std::string::npos);
    EXPECT_NE(report_json({}, some_result(), {}).find("\"sums_agree\":null"), std::string::npos);
}

}  // namespace
}  // namespace tim::bench
