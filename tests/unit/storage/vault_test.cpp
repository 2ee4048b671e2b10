#include "storage/vault.h"

#include <gmock/gmock.h>

#include "helpers.h"
#include "storage/memory/memory_store.h"

namespace tim::storage::test {
namespace {

using model::ErrorKind;
using ::testing::HasSubstr;

SecretKey key_of(std::uint64_t number) {
    SecretKey key;
    seeded_random(number)(key);
    return key;
}

std::vector<SecretKey> keys_of(std::uint64_t first, std::size_t count) {
    std::vector<SecretKey> keys;
    for (std::size_t i = 0; i < count; ++i)
        keys.push_back(key_of(first + i));
    return keys;
}

std::string text(const SecretKey& key) {
    return {key.begin(), key.end()};
}

class VaultContract : public ::testing::TestWithParam<bool> {
  protected:
    void SetUp() override { reopen(); }
    void reopen() {
        if (GetParam()) {
            store_.reset();
            auto opened = open_store(folder_ / "data", small_options(), seeded_random(++opened_));
            TIM_ASSERT_OK(opened);
            store_ = std::move(*opened);
        } else if (store_ == nullptr) {
            store_ = std::make_unique<MemoryStore>(FaultPlan{}, seeded_random(++opened_));
        } else {
            store_ = static_cast<MemoryStore&>(*store_).after_crash();
        }
    }
    Vault& vault() { return store_->vault(); }

    TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
    std::uint64_t opened_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Stores, VaultContract, ::testing::Values(true, false),
                         [](const auto& instance) { return instance.param ? "folder" : "memory"; });

TEST_P(VaultContract, KeepsTheEnginesSecret) {
    const SecretKey secret = vault().engine_secret();
    EXPECT_EQ(secret, key_of(1));
    reopen();
    EXPECT_EQ(vault().engine_secret(), secret);
}

TEST_P(VaultContract, KeepsKeysOfCustomers) {
    TIM_ASSERT_OK(vault().put({1}, {1}, keys_of(100, 50)));
    TIM_ASSERT_OK(vault().put({2}, {1000}, keys_of(900, 1)));
    TIM_ASSERT_OK(vault().put({1}, {51}, keys_of(150, 10)));
    TIM_ASSERT_OK(vault().sync());
    reopen();
    for (std::uint64_t id = 1; id <= 60; ++id) {
        auto key = vault().get({1}, {id});
        TIM_ASSERT_OK(key);
        EXPECT_EQ(*key, key_of(99 + id));
    }
    EXPECT_EQ(*vault().get({2}, {1000}), key_of(900));
}

TEST_P(VaultContract, HasNoKeyWhereNoneWasPut) {
    TIM_ASSERT_OK(vault().put({1}, {10}, keys_of(1, 1)));
    for (const std::uint64_t id : {0UL, 1UL, 9UL, 11UL, 1UL << 30, model::kMaxCustomerId + 1, ~0UL}) {
        EXPECT_EQ(vault().get({1}, {id}).error().kind, ErrorKind::not_found) << id;
    }
    EXPECT_EQ(vault().get({2}, {10}).error().kind, ErrorKind::not_found);
}

TEST_P(VaultContract, RefusesWhatCannotBeAKey) {
    EXPECT_EQ(vault().put({1}, {0}, keys_of(1, 1)).error().kind, ErrorKind::invalid);
    EXPECT_EQ(vault().put({1}, {model::kMaxCustomerId}, keys_of(1, 2)).error().kind, ErrorKind::invalid);
    std::vector<SecretKey> keys = keys_of(1, 2);
    keys.push_back({});
    const auto put = vault().put({1}, {5}, keys);
    EXPECT_THAT(message_of(put), HasSubstr("customer 7"));
    EXPECT_FALSE(vault().get({1}, {5})) << "nothing half done";
}

TEST_P(VaultContract, DestroysKeys) {
    TIM_ASSERT_OK(vault().put({1}, {1}, keys_of(1, 5)));
    TIM_ASSERT_OK(vault().sync());
    TIM_ASSERT_OK(vault().destroy({1}, {3}));
    TIM_ASSERT_OK(vault().destroy({1}, {3}));
    TIM_ASSERT_OK(vault().destroy({1}, {999}));
    TIM_ASSERT_OK(vault().destroy({9}, {1}));
    EXPECT_EQ(vault().get({1}, {3}).error().kind, ErrorKind::not_found);
    reopen();
    EXPECT_EQ(vault().get({1}, {3}).error().kind, ErrorKind::not_found);
    EXPECT_EQ(*vault().get({1}, {2}), key_of(2));
    EXPECT_EQ(*vault().get({1}, {4}), key_of(4));
}

TEST_P(VaultContract, ServesManyPrograms) {
    constexpr std::uint16_t kPrograms = 150;
    for (std::uint16_t program = 1; program <= kPrograms; ++program) {
        TIM_ASSERT_OK(vault().put({program}, {1}, keys_of(program, 1)));
    }
    for (std::uint16_t program = 1; program <= kPrograms; ++program) {
        EXPECT_EQ(*vault().get({program}, {1}), key_of(program));
    }
    TIM_ASSERT_OK(vault().sync());
    reopen();
    for (std::uint16_t program = 1; program <= kPrograms; ++program) {
        EXPECT_EQ(*vault().get({program}, {1}), key_of(program));
    }
}

class FolderVault : public ::testing::Test {
  protected:
    std::unique_ptr<Store> open() {
        auto opened = open_store(folder_ / "data", small_options(), seeded_random(1));
        EXPECT_TRUE(opened) << message_of(opened);
        return opened ? std::move(*opened) : nullptr;
    }
    std::filesystem::path vault() const { return folder_ / "data" / "vault"; }

    TemporaryFolder folder_;
};

TEST_F(FolderVault, OverwritesADestroyedKeyInItsFile) {
    auto store = open();
    TIM_ASSERT_OK(store->vault().put({4}, {1}, keys_of(1, 100)));
    TIM_ASSERT_OK(store->vault().sync());
    const auto file = vault() / "program-4.keys";
    ASSERT_NE(contents(file).find(text(key_of(42))), std::string::npos);
    const auto size = std::filesystem::file_size(file);
    TIM_ASSERT_OK(store->vault().destroy({4}, {42}));
    EXPECT_EQ(std::filesystem::file_size(file), size);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "data")) {
        if (!entry.is_regular_file()) continue;
        EXPECT_EQ(contents(entry.path()).find(text(key_of(42))), std::string::npos) << entry.path();
    }
    EXPECT_EQ(contents(file).substr(42 * 32, 32), std::string(32, '\0'));
    EXPECT_EQ(contents(file).substr(41 * 32, 32), text(key_of(41)));
}

TEST_F(FolderVault, DoesNotMakeANewSecretForOldFacts) {
    {
        auto store = open();
        TIM_ASSERT_OK(store->ledger().append(batch_of(1, 1).batch()));
    }
    std::filesystem::remove(vault() / "engine.secret");
    const auto opened = open_store(folder_ / "data", small_options(), seeded_random(2));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
    EXPECT_THAT(opened.error().message, HasSubstr("engine.secret is missing"));
    EXPECT_FALSE(std::filesystem::exists(vault() / "engine.secret"));
}

TEST_F(FolderVault, FindsEveryChangedByteOfTheSecret) {
    { auto store = open(); }
    const auto file = vault() / "engine.secret";
    const std::string good = contents(file);
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        std::ofstream(file, std::ios::binary) << bad;
        const auto opened = open_store(folder_ / "data", small_options(), seeded_random(2));
        ASSERT_FALSE(opened) << at;
        EXPECT_EQ(opened.error().kind, ErrorKind::corrupt);
        EXPECT_THAT(opened.error().message, HasSubstr("engine.secret"));
    }
    std::ofstream(file, std::ios::binary) << good.substr(0, good.size() - 1);
    EXPECT_FALSE(open_store(folder_ / "data", small_options(), seeded_random(2)));
    std::ofstream(file, std::ios::binary) << good;
    EXPECT_TRUE(open_store(folder_ / "data", small_options(), seeded_random(2)));
}

TEST_F(FolderVault, FindsADamagedOrForeignHead) {
    {
        auto store = open();
        TIM_ASSERT_OK(store->vault().put({4}, {1}, keys_of(1, 1)));
        TIM_ASSERT_OK(store->vault().put({5}, {1}, keys_of(2, 1)));
    }
    std::filesystem::rename(vault() / "program-4.keys", vault() / "program-6.keys");
    auto store = open();
    EXPECT_EQ(store->vault().get({6}, {1}).error().kind, ErrorKind::corrupt);
    EXPECT_EQ(store->vault().put({6}, {2}, keys_of(3, 1)).error().kind, ErrorKind::corrupt);
    std::string bytes = contents(vault() / "program-5.keys");
    bytes[8] = 3;
    std::ofstream(vault() / "program-5.keys", std::ios::binary) << bytes;
    EXPECT_THAT(message_of(store->vault().get({5}, {1})), HasSubstr("format version 3"));
}

}  // namespace
}  // namespace tim::storage::test
