// The engine alone: commands through Engine::execute, over a store in memory. Commits are stepped between the
// timed parts. Arguments: customers, rows of a batch. `sale` is by the simplest rules, `sale_nhanh` and
// `sale_lan_toa` by those of tools/presets; of the last every sale pays points and commission to the VIP
// above, and a code comes with it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "bench/micro/shop.h"

namespace tim::bench {
namespace {

/// Commands of one batch with the texts that they point to.
class Rows {
  public:
    Rows(const Shop& shop, std::size_t count)
        : shop_(shop), phones_(count), commands_(count), outcomes_(count) {}

    void fill(model::CommandKind kind) {
        for (std::size_t i = 0; i < commands_.size(); ++i) {
            phones_[i] = phone_text(shop_.first_buyer() + random_() % shop_.buyers());
            model::Command& command = commands_[i] = {};
            command.kind = kind;
            command.program = shop_.program();
            command.customer = {model::KeyKind::phone, {}, {phones_[i].data(), 12}};
            command.amount = {150'000};
            if (kind == model::CommandKind::balance) continue;
            command.name = model::Name::receipt({1}, std::to_string(++last_receipt_));
        }
    }
    void execute(runtime::Engine& engine) { engine.execute(commands_, outcomes_); }
    bool accepted() const {
        return std::all_of(outcomes_.begin(), outcomes_.end(), [](const model::Outcome& outcome) {
            return outcome.refusal == model::Refusal::none && !outcome.duplicate;
        });
    }

  private:
    static inline std::uint64_t last_receipt_ = 0;  // over all benches: a receipt is sold once

    const Shop& shop_;
    std::mt19937_64 random_{11};
    std::vector<std::array<char, 13>> phones_;
    std::vector<model::Command> commands_;
    std::vector<model::Outcome> outcomes_;
};

void execute(benchmark::State& state, model::CommandKind kind, bench::Rules rules) {
    Shop& shop = Shop::of(static_cast<std::uint64_t>(state.range(0)), rules);
    Rows rows(shop, static_cast<std::size_t>(state.range(1)));
    for (auto _ : state) {
        rows.fill(kind);
        const auto begin = std::chrono::steady_clock::now();
        rows.execute(shop.engine());
        state.SetIterationTime(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
        shop.commit();
        if (!rows.accepted()) {
            state.SkipWithError("a row was refused");
            break;
        }
    }
    state.SetItemsProcessed(state.iterations() * state.range(1));
}

void arguments(benchmark::internal::Benchmark* bench) {
    bench->UseManualTime();
    for (const std::int64_t customers : {10'000, 1'000'000, 10'000'000})
        bench->Args({customers, 256});
    bench->Args({1'000'000, 1})->Args({1'000'000, 32});
}

BENCHMARK_CAPTURE(execute, sale, model::CommandKind::sale, bench::Rules::simplest)->Apply(arguments);
BENCHMARK_CAPTURE(execute, balance, model::CommandKind::balance, bench::Rules::simplest)->Apply(arguments);
BENCHMARK_CAPTURE(execute, sale_nhanh, model::CommandKind::sale, bench::Rules::nhanh)->Apply(arguments);
BENCHMARK_CAPTURE(execute, sale_lan_toa, model::CommandKind::sale, bench::Rules::lan_toa)->Apply(arguments);

}  // namespace
}  // namespace tim::bench
