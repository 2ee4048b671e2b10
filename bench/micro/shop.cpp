#include "bench/micro/shop.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "protocol/codec/program_json.h"

namespace tim::bench {
namespace {

model::Name request_id(std::uint64_t number) {
    std::array<std::uint8_t, model::kRequestIdBytes> id{1};
    for (std::size_t byte = 0; byte < 8; ++byte)
        id[8 + byte] = static_cast<std::uint8_t>(number >> (8 * byte));
    return model::Name::request(id);
}

model::Program simplest_program() {
    model::Program program;
    program.name = "Bench";
    program.currency = {"VND", 0};
    program.time_zone = "Asia/Ho_Chi_Minh";
    program.points.earn = {{10'000}, {1}};
    for (const std::int64_t min : {0, 3'000'000, 10'000'000}) {
        model::Tier tier;
        tier.id = "from-" + std::to_string(min);
        tier.min = min;
        program.tiers.push_back(tier);
    }
    return program;
}

model::Program preset(const std::string& name) {
    const std::string path = TIM_PRESETS "/" + name + ".json";
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    auto program = codec::parse_program_json(text, path);
    if (!program) {
        std::fprintf(stderr, "bench: %s\n", program.error().message.c_str());
        std::abort();
    }
    return std::move(*program);
}

}  // namespace

std::array<char, 13> phone_text(std::uint64_t index) {
    std::array<char, 13> text = {'+', '8', '4', '9', '0', '0', '0', '0', '0', '0', '0', '0', '\0'};
    for (std::size_t place = 11; place > 3; --place, index /= 10)
        text[place] = static_cast<char>('0' + index % 10);
    return text;
}

Shop::Shop(std::uint64_t customers, Rules rules)
    : customers_(customers), rules_(rules), vips_(rules == Rules::lan_toa ? customers / 100 : 0) {
    runtime::EngineOptions options;
    options.background_threads = false;
    auto engine = runtime::Engine::open(options, store_, documents_, clock_, entropy_);
    if (!engine) std::abort();
    engine_ = std::move(*engine);
    put_program();
    enroll(0, vips_);
    appoint_vips();
    enroll(vips_, customers_);
}

Shop& Shop::of(std::uint64_t customers, Rules rules) {
    static std::unique_ptr<Shop> shop;
    if (!shop || shop->customers_ != customers || shop->rules_ != rules) {
        shop.reset();
        shop = std::make_unique<Shop>(customers, rules);
    }
    return *shop;
}

void Shop::commit() {
    while (engine_->step_commit()) {
    }
}

void Shop::run(std::span<const model::Command> commands) {
    std::vector<model::Outcome> outcomes(commands.size());
    engine_->execute(commands, outcomes);
    for (const model::Outcome& outcome : outcomes) {
        if (outcome.refusal == model::Refusal::none) continue;
        std::fprintf(stderr, "bench: %s\n", model::refusal_sentence(outcome.refusal, outcome.detail).c_str());
        std::abort();
    }
    commit();
}

void Shop::put_program() {
    model::Program program = rules_ == Rules::simplest  ? simplest_program()
                             : rules_ == Rules::lan_toa ? preset("lan-toa")
                                                        : preset("nhanh");
    program.id = "bench";
    model::Command put;
    put.kind = model::CommandKind::put_program;
    put.name = request_id(1);
    put.document = &program;
    run({&put, 1});
    program_ = *engine_->find_program("bench");
}
void Shop::enroll(std::uint64_t from, std::uint64_t to) {
    constexpr std::uint64_t kTogether = 4096;
    std::vector<std::array<char, 13>> phones(kTogether);
    std::vector<std::array<char, 13>> vips(kTogether);
    std::vector<model::Enrollment> enrollments(kTogether);
    std::vector<model::Command> commands(kTogether);
    for (std::uint64_t first = from; first < to; first += kTogether) {
        const std::uint64_t count = std::min(kTogether, to - first);
        for (std::uint64_t i = 0; i < count; ++i) {
            phones[i] = phone_text(first + i);
            enrollments[i].keys = {{model::KeyKind::phone, {}, {phones[i].data(), 12}}};
            if (first + i >= vips_ && vips_ > 0) {
                vips[i] = phone_text((first + i) % vips_);
                enrollments[i].vip = {model::KeyKind::phone, {}, {vips[i].data(), 12}};
            }
            commands[i] = {};
            commands[i].kind = model::CommandKind::enroll;
            commands[i].program = program_;
            commands[i].name = request_id(1000 + first + i);
            commands[i].enrollment = &enrollments[i];
        }
        run(std::span(commands).first(count));
    }
}

void Shop::appoint_vips() {
    for (std::uint64_t index = 0; index < vips_; ++index) {
        const auto phone = phone_text(index);
        model::Command appoint;
        appoint.kind = model::CommandKind::appoint_vip;
        appoint.program = program_;
        appoint.name = request_id(1'000'000'000 + index);
        appoint.customer = {model::KeyKind::phone, {}, {phone.data(), 12}};
        run({&appoint, 1});
    }
}

}  // namespace tim::bench
