// A key of access was stored under an empty id: the id was read after the key had been moved from.
#include <gtest/gtest.h>

#include "tests/support/engine_fixture.h"

namespace tim::tests {
namespace {

TEST(Regression, an_access_key_is_found_under_its_id) {
    EngineFixture fixture;
    OwnedCommand add;
    add.command.kind = model::CommandKind::add_access_key;
    add.command.name = request(1);
    auto key = std::make_shared<model::AccessKey>();
    key->id = "till";
    key->iterations = 4'096;
    add.access_key = key;
    ASSERT_EQ(fixture.execute(add).refusal, model::Refusal::none);
    ASSERT_NE(fixture.engine().find_access_key("till"), nullptr);
    fixture.stop_and_reopen();  // from the checkpoint
    ASSERT_NE(fixture.engine().find_access_key("till"), nullptr);
    EXPECT_EQ(fixture.engine().find_access_key("till")->id, "till");
}

}  // namespace
}  // namespace tim::tests
