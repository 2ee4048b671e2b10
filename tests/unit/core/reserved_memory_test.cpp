#include "engine/core/reserved_memory.h"

#include <absl/base/config.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace tim::core {
namespace {

constexpr std::size_t kMib = std::size_t{1} << 20;
constexpr std::size_t kGib = std::size_t{1} << 30;

bool all_zero(const std::byte* begin, std::size_t bytes) {
    return std::all_of(begin, begin + bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

TEST(ReservedMemory, IsAlignedToAHugePageAndEmptyAtFirst) {
    for (const std::size_t most : {std::size_t{1}, kMib, 3 * kMib, 5 * kGib}) {
        const ReservedMemory memory(most);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.begin()) % (2 * kMib), 0U);
        EXPECT_EQ(memory.bytes(), 0U);
    }
}

TEST(ReservedMemory, GrowsInPlaceWithZerosAndKeepsWhatItHas) {
    ReservedMemory memory(64 * kMib);
    std::byte* const begin = memory.begin();
    std::size_t before = 0;
    // One byte; the next page; across the border from which on pages are huge; much at once; all.
    for (const std::size_t bytes :
         {std::size_t{1}, std::size_t{4097}, kMib, 2 * kMib, 2 * kMib + 1, 9 * kMib + 5, 64 * kMib}) {
        memory.grow_to(bytes);
        ASSERT_EQ(memory.begin(), begin);
        ASSERT_GE(memory.bytes(), bytes);
        ASSERT_TRUE(all_zero(begin + before, memory.bytes() - before)) << bytes;
        ASSERT_TRUE(std::all_of(begin, begin + before, [](std::byte byte) { return byte == std::byte{7}; }));
        std::fill(begin, begin + memory.bytes(), std::byte{7});
        before = memory.bytes();
    }
    EXPECT_EQ(before, 64 * kMib);
}

TEST(ReservedMemory, TakesLittleWhileItIsSmallAndHugePagesLater) {
    ReservedMemory memory(64 * kMib);
    memory.grow_to(1);
    EXPECT_EQ(memory.bytes(), 64U << 10);
    memory.grow_to(2 * kMib);
    EXPECT_EQ(memory.bytes(), 2 * kMib);
    memory.grow_to(2 * kMib + 1);
    EXPECT_EQ(memory.bytes(), 4 * kMib);
}

TEST(ReservedMemory, NeverShrinks) {
    ReservedMemory memory(kMib);
    memory.grow_to(100'000);
    const std::size_t bytes = memory.bytes();
    memory.grow_to(1);
    memory.grow_to(0);
    EXPECT_EQ(memory.bytes(), bytes);
}

TEST(ReservedMemoryDeathTest, WhatIsBehindThePrefixCannotBeTouched) {
    ReservedMemory memory(kMib);
    memory.grow_to(1);
    EXPECT_DEATH(memory.begin()[memory.bytes()] = std::byte{1}, "");
}

TEST(ReservedMemoryDeathTest, EndsTheProcessWhenItOutgrowsWhatWasReserved) {
    ReservedMemory memory(4 * kMib);
    memory.grow_to(4 * kMib);
    EXPECT_DEATH(memory.grow_to(4 * kMib + 1), "a table outgrew its address space");
}

// Sanitizers need address space without a limit.
#if !defined(ABSL_HAVE_ADDRESS_SANITIZER) && !defined(ABSL_HAVE_THREAD_SANITIZER)
/// Runs in a process of its own, whose address space may grow by so much; exits 0 when all was as it should
/// be.
template <class Body>
[[noreturn]] void with_address_space(std::size_t more_bytes, Body&& body) {
    std::size_t pages = 0;
    if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
        std::fclose(file);
    }
    const rlimit limit{pages * 4096 + more_bytes, pages * 4096 + more_bytes};
    if (pages == 0 || ::setrlimit(RLIMIT_AS, &limit) != 0) std::_Exit(2);
    body();
    std::_Exit(0);
}

TEST(ReservedMemoryDeathTest, ReservesLessWhereAddressSpaceIsLimited) {
    EXPECT_EXIT(with_address_space(2 * kGib,
                                   [] {
                                       ReservedMemory memory(64 * kGib);  // 1 GiB of it is to be had
                                       memory.grow_to(600 * kMib);
                                       if (!all_zero(memory.begin(), kMib)) std::_Exit(3);
                                       ReservedMemory second(64 * kGib);
                                       second.grow_to(300 * kMib);
                                       second.begin()[300 * kMib - 1] = std::byte{1};
                                   }),
                testing::ExitedWithCode(0), "");
}

TEST(ReservedMemoryDeathTest, WhatWasReservedInsteadIsABoundToo) {
    EXPECT_DEATH(with_address_space(2 * kGib,
                                    [] {
                                        ReservedMemory memory(64 * kGib);
                                        memory.grow_to(kGib + 1);
                                    }),
                 "a table outgrew its address space");
}

TEST(ReservedMemoryDeathTest, EndsTheProcessWhereEvenLittleCannotBeReserved) {
    EXPECT_DEATH(with_address_space(128 * kMib, [] { const ReservedMemory memory(64 * kGib); }),
                 "address space for the tables is exhausted; is it limited by ulimit -v?");
}
#endif

}  // namespace
}  // namespace tim::core
