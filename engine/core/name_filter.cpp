#include "engine/core/name_filter.h"

#include "engine/core/invariant.h"

namespace tim::core {

namespace {

constexpr std::size_t kBitsPerName = 24;
constexpr std::size_t kBitsPerBlock = 512;

// One bit in each word of the block: eight 6-bit numbers from a product that does not depend on the block's
// choice.
std::uint64_t bit_numbers(std::uint64_t fingerprint) {
    return fingerprint * 0x9E3779B97F4A7C15u;
}

std::uint64_t bit_number(std::uint64_t numbers, unsigned word) {
    return numbers >> (word * 7 + 6) & 63;
}

std::uint64_t bit_of(std::uint64_t numbers, unsigned word) {
    return std::uint64_t{1} << bit_number(numbers, word);
}

}  // namespace

NameFilter::NameFilter(std::size_t first_layer_names) : first_layer_names_(first_layer_names) {}

void NameFilter::add_layer(std::size_t names) {
    const std::size_t index = layer_count_.load(std::memory_order_relaxed);
    TIM_INVARIANT(index < kMaxLayers, "more names than the filter has layers for");
    Layer& layer = layers_[index];
    layer.block_count = names * kBitsPerName / kBitsPerBlock + 1;
    layer.memory = std::make_unique<ReservedMemory>(layer.block_count * sizeof(Block));
    layer.memory->grow_to(layer.block_count * sizeof(Block));
    layer.blocks = reinterpret_cast<Block*>(layer.memory->begin());  // zeros are empty blocks
    layer.room = names;
    layer_count_.store(index + 1, std::memory_order_release);
}

void NameFilter::add(std::uint64_t fingerprint) {
    const std::size_t count = layer_count_.load(std::memory_order_relaxed);
    if (count == 0) {
        add_layer(first_layer_names_);
    } else if (layers_[count - 1].room == 0) {
        add_layer(first_layer_names_ << (2 * count));
    }
    Layer& layer = layers_[layer_count_.load(std::memory_order_relaxed) - 1];
    Block& block = layer.blocks[block_of(fingerprint, layer.block_count)];
    const std::uint64_t numbers = bit_numbers(fingerprint);
    for (unsigned word = 0; word < 8; ++word) {
        // One thread adds: no bus is locked for it.
        const std::uint64_t bits = block.words[word].load(std::memory_order_relaxed);
        block.words[word].store(bits | bit_of(numbers, word), std::memory_order_relaxed);
    }
    --layer.room;
    ++size_;
}

bool NameFilter::may_contain(std::uint64_t fingerprint) const {
    const std::uint64_t numbers = bit_numbers(fingerprint);
    for (std::size_t index = layer_count_.load(std::memory_order_acquire); index-- > 0;) {
        const Layer& layer = layers_[index];
        const Block& block = layer.blocks[block_of(fingerprint, layer.block_count)];
        // 1 or 0, not a truth: the words of a group are asked without a branch between them.
        const auto has = [&](unsigned word) {
            return block.words[word].load(std::memory_order_relaxed) >> bit_number(numbers, word) & 1;
        };
        // Of a full block's bits two in seven are set: three words tell of all but one in forty.
        if ((has(0) & has(1) & has(2)) == 0) continue;
        std::uint64_t all = 1;
        for (unsigned word = 3; word < 8; ++word)
            all &= has(word);
        if (all != 0) return true;
    }
    return false;
}

std::size_t NameFilter::bytes() const {
    std::size_t blocks = 0;
    for (std::size_t index = layer_count_.load(std::memory_order_acquire); index-- > 0;)
        blocks += layers_[index].block_count;
    return blocks * sizeof(Block);
}

}  // namespace tim::core
