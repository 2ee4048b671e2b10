#include "protocol/server/actors.h"

namespace tim::server {

std::string Actors::of(const model::Fact& fact) {
    const std::uint32_t number = model::actor_of(fact);
    if (number == 0 || !told_) return {};
    if (ids_.empty()) {
        for (const model::AccessKey& key : engine_.access_keys()) {
            if (key.number >= ids_.size()) ids_.resize(key.number + 1);
            ids_[key.number] = key.id;
        }
    }
    return number < ids_.size() ? ids_[number] : std::string();
}

}  // namespace tim::server
