#include "clients/cpp/random.h"

#include <cstring>

#include "protocol/codec/scram.h"

namespace tim::client {
namespace {

class SystemRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> bytes) override { codec::fill_random(bytes); }
};

}  // namespace

Random& system_random() {
    static SystemRandom random;
    return random;
}

model::Name make_request_id(Random& random) {
    std::array<std::uint8_t, model::kRequestIdBytes> id{};
    do {
        random.fill(id);
    } while (id == std::array<std::uint8_t, model::kRequestIdBytes>{});
    return model::Name::request(id);
}

std::uint64_t random_below(Random& random, std::uint64_t bound) {
    std::array<std::uint8_t, sizeof(std::uint64_t)> bytes{};
    random.fill(bytes);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value % bound;
}

}  // namespace tim::client
