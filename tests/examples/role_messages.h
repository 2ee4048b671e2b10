#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "protocol/schema/messages_generated.h"
#include "unit/server/test_client.h"

namespace tim::tests {

/// A request id.
inline const std::vector<std::uint8_t> kId(16, 7);

std::unique_ptr<schema::CustomerKeyT> somebody(const std::string& card = "1");

/// Writes the smallest message of a kind that is one; whether there is one.
bool ask(server::test::TestClient& client, std::uint32_t correlation, schema::RequestBody body,
         const std::string& program);

/// Whether a message names one program.
bool is_of_a_program(schema::RequestBody body);

}  // namespace tim::tests
