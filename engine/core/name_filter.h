#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "engine/core/reserved_memory.h"
#include "engine/core/touch.h"

namespace tim::core {

/// Answers "never seen" for names that have left memory: blocked Bloom filters, 24 bits a name, one cache
/// line a look-up (about one false alarm in ten thousand: each costs a look at the disk). Layers grow by four
/// as names accumulate, so that a billion names are five layers.
///
/// Thread safety: `add` by one thread at a time, beside which any may ask (who has not seen an `add` yet must
/// not need to: a name is added before it leaves memory).
class NameFilter {
  public:
    explicit NameFilter(std::size_t first_layer_names = std::size_t{4} << 20);

    void add(std::uint64_t fingerprint);
    bool may_contain(std::uint64_t fingerprint) const;
    /// Adds what `may_contain` reads to what is touched; see touch.h.
    void touch(std::uint64_t fingerprint, TouchList& lines) const {
        for (std::size_t index = layer_count_.load(std::memory_order_acquire); index-- > 0;) {
            const Layer& layer = layers_[index];
            lines.add(&layer.blocks[block_of(fingerprint, layer.block_count)]);
        }
    }
    std::size_t bytes() const;
    std::size_t size() const { return size_; }

  private:
    static constexpr std::size_t kMaxLayers = 12;
    struct alignas(64) Block {
        std::atomic<std::uint64_t> words[8] = {};
    };
    struct Layer {
        std::unique_ptr<ReservedMemory> memory;
        Block* blocks = nullptr;
        std::size_t block_count = 0;
        std::size_t room = 0;  ///< names that may still be added
    };

    static std::size_t block_of(std::uint64_t fingerprint, std::size_t blocks) {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::size_t>(static_cast<Wide>(fingerprint) * blocks >> 64);
    }
    void add_layer(std::size_t names);

    Layer layers_[kMaxLayers];
    std::atomic<std::size_t> layer_count_{0};
    std::size_t first_layer_names_;
    std::size_t size_ = 0;
};

}  // namespace tim::core
