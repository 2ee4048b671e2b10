// From the bytes of a frame to the commands of the engine, and back from outcomes to bytes.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "protocol/codec/frame.h"
#include "protocol/codec/messages.h"

namespace tim {
namespace {

codec::SaleRows sale_rows(std::size_t count) {
    codec::SaleRows rows;
    for (std::size_t i = 0; i < count; ++i) {
        char phone[24];
        std::snprintf(phone, sizeof phone, "+849%08zu", i * 7919 % 100'000'000);
        model::Command sale;
        sale.kind = model::CommandKind::sale;
        sale.customer = {model::KeyKind::phone, {}, phone};
        sale.name = model::Name::receipt({1}, "R" + std::to_string(i));
        sale.amount = {150'000};
        if (!rows.add(sale)) std::abort();
    }
    return rows;
}

void decode_sales(benchmark::State& state) {
    const auto count = static_cast<std::size_t>(state.range(0));
    const codec::SaleRows rows = sale_rows(count);
    const codec::BatchEncoder encoder("bench");
    codec::ByteBuffer frame;
    encoder.append_sales(frame, 1, rows.rows);
    codec::FrameReader reader(codec::kMaxRequestBytes);
    std::vector<model::Command> commands;
    for (auto _ : state) {
        const auto room = reader.prepare(frame.size());
        std::memcpy(room.data(), frame.data(), frame.size());
        reader.commit(frame.size());
        const auto taken = reader.next();
        const auto request = codec::read_request((*taken)->payload);
        commands.clear();
        if (!codec::decode_sales(*(*request)->body_as_SaleBatch(), {1}, commands)) std::abort();
        benchmark::DoNotOptimize(commands.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(decode_sales)->Arg(1)->Arg(64)->Arg(1000);

void encode_sales(benchmark::State& state) {
    const codec::SaleRows rows = sale_rows(static_cast<std::size_t>(state.range(0)));
    const codec::BatchEncoder encoder("bench");
    codec::ByteBuffer frame;
    for (auto _ : state) {
        frame.clear();
        encoder.append_sales(frame, 1, rows.rows);
        benchmark::DoNotOptimize(frame.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode_sales)->Arg(1)->Arg(64)->Arg(1000);

void encode_results(benchmark::State& state) {
    const std::vector<model::Outcome> outcomes(static_cast<std::size_t>(state.range(0)));
    codec::ByteBuffer frame;
    for (auto _ : state) {
        frame.clear();
        codec::append_sale_results(frame, 1, outcomes);
        benchmark::DoNotOptimize(frame.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(encode_results)->Arg(1)->Arg(64)->Arg(1000);

}  // namespace
}  // namespace tim
