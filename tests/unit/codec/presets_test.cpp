// The presets that are shipped.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "protocol/codec/program_json.h"

namespace tim::codec {
namespace {

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Presets, S2_5_AreReadAndPrintedInFullToBeEdited) {
    std::size_t presets = 0;
    for (const auto& entry : std::filesystem::directory_iterator(TIM_PRESETS_FOLDER)) {
        ++presets;
        const std::string name = entry.path().filename();
        const auto program = parse_program_json(text_of(entry.path()), name);
        ASSERT_TRUE(program) << program.error().message;
        EXPECT_EQ(program->id + ".json", name);
        const std::string printed = program_to_json(*program);
        const auto again = parse_program_json(printed, name);
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(program_to_json(*again), printed);
    }
    EXPECT_GE(presets, 4U);
}

}  // namespace
}  // namespace tim::codec
