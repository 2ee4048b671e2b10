// One durable commit of facts to the ledger on disk, in a folder of its own under the temporary one.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "storage/lmdb/open_store.h"

namespace tim {
namespace {

void commit_facts(benchmark::State& state) {
    std::string folder = (std::filesystem::temp_directory_path() / "tim-bench-commit-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    {
        std::mt19937 random(1);
        auto store = storage::open_store(folder, {}, [&random](std::span<std::uint8_t> bytes) {
            for (std::uint8_t& byte : bytes)
                byte = static_cast<std::uint8_t>(random());
        });
        if (!store) std::abort();
        storage::Ledger& ledger = (*store)->ledger();
        const auto reserve = [&ledger] {
            while (ledger.step()) {
            }
        };
        reserve();
        std::vector<model::Fact> facts(static_cast<std::size_t>(state.range(0)));
        for (std::size_t i = 0; i < facts.size(); ++i) {
            facts[i].type = model::FactType::sale;
            facts[i].subject = model::Subject::customer({1}, {i + 1});
            facts[i].set_name(model::Name::receipt({1}, std::to_string(i)));
            facts[i].amount = {150'000};
            facts[i].points = {15};
        }
        std::uint64_t next = ledger.last().value + 1;
        for (auto _ : state) {
            const auto begin = std::chrono::steady_clock::now();
            const auto appended = ledger.append({{next}, facts, {}});
            state.SetIterationTime(
                std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
            if (!appended) {
                state.SkipWithError("the append failed");
                break;
            }
            next += facts.size();
            reserve();  // in the daemon a thread of its own does this
        }
        state.SetItemsProcessed(state.iterations() * state.range(0));
    }
    std::filesystem::remove_all(folder);
}
BENCHMARK(commit_facts)->Arg(25)->Arg(1000)->Arg(8000)->UseManualTime();

}  // namespace
}  // namespace tim
