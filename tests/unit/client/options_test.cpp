#include "clients/cpp/options.h"

#include <gtest/gtest.h>

namespace tim::client {
namespace {

TEST(OptionsTest, ReadsServers) {
    struct Case {
        const char* text;
        const char* host;
        std::uint16_t port;
    };
    for (const Case& c :
         {Case{"127.0.0.1:7400", "127.0.0.1", 7400}, Case{"shop.example", "shop.example", 7400},
          Case{"[::1]:9", "::1", 9}, Case{"[fe80::1]", "fe80::1", 7400}, Case{"a:65535", "a", 65535}}) {
        const auto server = parse_server(c.text);
        ASSERT_TRUE(server) << c.text;
        EXPECT_EQ(server->host, c.host);
        EXPECT_EQ(server->port, c.port);
    }
    for (const char* text :
         {"", ":7400", "a:", "a:0", "a:65536", "a:7x", "a:-1", "::1", "[::1", "[::1]7400", "[]:1"})
        EXPECT_FALSE(parse_server(text)) << text;
}

TEST(OptionsTest, AMissingKeyFileIsNamed) {
    const auto options = connect_options("localhost:7400", "/nowhere/admin.key");
    ASSERT_FALSE(options);
    EXPECT_NE(options.error().message.find("/nowhere/admin.key"), std::string::npos);
}

}  // namespace
}  // namespace tim::client
