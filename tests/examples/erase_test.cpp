// After an erasure nothing of the person is found in the data folder, or in a copy of it: by the bytes of all
// files, LMDB's pages that nobody uses any more too. And nothing is left by which what is sealed could be
// opened.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/runtime/care_queries.h"
#include "engine/runtime/identity_queries.h"
#include "storage/lmdb/open_store.h"
#include "tests/support/shop.h"

namespace tim::tests {
namespace {

namespace fs = std::filesystem;
using model::CommandKind;
using model::Refusal;

class Folder {
  public:
    Folder() {
        const bool in_memory = ::access("/dev/shm", W_OK) == 0;
        std::string name =
            ((in_memory ? fs::path("/dev/shm") : fs::temp_directory_path()) / "tim-erase-XXXXXX");
        if (::mkdtemp(name.data()) == nullptr) std::abort();
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    fs::path path;
};

/// The files below a folder that hold the bytes.
std::vector<std::string> files_with(const fs::path& folder, const std::string& bytes) {
    std::vector<std::string> found;
    std::size_t files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        ++files;
        std::ifstream stream(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << stream.rdbuf();
        if (text.str().find(bytes) != std::string::npos) found.push_back(entry.path().string());
    }
    EXPECT_GT(files, 4U) << "ledger, checkpoint, names and vault were looked at";
    return found;
}

class Erase : public testing::Test {
  protected:
    Erase() { open(); }

    void open() {
        storage::StoreOptions options;
        options.ledger_map_bytes = std::uint64_t{64} << 20;
        options.checkpoint_map_bytes = std::uint64_t{64} << 20;
        options.names_map_bytes = std::uint64_t{64} << 20;
        options.reserve_first_bytes = std::uint64_t{4} << 20;
        options.reserve_most_bytes = std::uint64_t{4} << 20;
        auto store = storage::open_store(folder_.path / "data", options,
                                         [this](std::span<std::uint8_t> bytes) { entropy_.fill(bytes); });
        ASSERT_TRUE(store) << store.error().message;
        store_ = std::move(*store);
        auto engine = runtime::Engine::open(EngineFixture::stepped(runtime::TimeSource::system, 8), *store_,
                                            documents_, clock_, entropy_);
        ASSERT_TRUE(engine) << engine.error().message;
        engine_ = std::move(*engine);
    }
    void close() {
        ASSERT_TRUE(engine_->stop());
        engine_.reset();
        store_.reset();
    }
    model::Outcome run(const OwnedCommand& command) {
        const model::Command view = command.view();
        model::Outcome outcome;
        engine_->execute({&view, 1}, {&outcome, 1});
        return outcome;
    }
    /// So much that pages are written, left and written again.
    void work(int rounds) {
        for (int round = 0; round < rounds; ++round) {
            for (int i = 0; i < 40; ++i) {
                ++receipts_;
                run(make_sale(program_, receipt(1, std::to_string(receipts_)), "phone:+84901234567",
                              10'000 + receipts_));
            }
            while (engine_->step_commit()) {
            }
            ASSERT_TRUE(engine_->checkpoint());
            clock_.advance(kMinuteMs);
        }
    }

    Folder folder_;
    ManualClock clock_;
    SeededEntropy entropy_{11};
    codec::FlatDocuments documents_;
    std::unique_ptr<storage::Store> store_;
    std::unique_ptr<runtime::Engine> engine_;
    model::ProgramId program_{1};
    std::uint64_t next_ = 1;
    int receipts_ = 0;
};

TEST_F(Erase, NothingOfThePersonIsFoundInAnyFile) {
    ASSERT_EQ(run(make_put_program(request(next_++), nhanh_program())).refusal, Refusal::none);
    const auto enrolled =
        run(make_enroll(program_, request(next_++), {"phone:+84901234567", "email:an.nguyen@example.vn"},
                        model::kNoInstant, "Nguyễn Thị An"));
    ASSERT_EQ(enrolled.refusal, Refusal::none);
    run(make_enroll(program_, request(next_++), {"phone:+84907777777"}, model::kNoInstant, "Bình"));
    work(3);
    run(make_rekey(program_, request(next_++), "phone:+84901234567", {"card:LOYAL-20417-AN"}, {},
                   "Nguyễn Thị An Khang"));
    model::CareTerms call;
    call.kind = model::CareKind::call;
    call.due = model::Instant{clock_.now().value + kHourMs};
    ASSERT_EQ(run(make_plan_care(program_, request(next_++), "phone:+84901234567", call)).refusal,
              Refusal::none);
    const auto code = engine_->identity().issue_code(program_, {model::KeyKind::phone, {}, "+84901234567"},
                                                     core::ChallengePurpose::login, {1});
    ASSERT_TRUE(code);
    ASSERT_EQ(code->state, core::ChallengeState::issued);
    work(3);
    const auto key = store_->vault().get(program_, enrolled.customer);
    ASSERT_TRUE(key);
    const std::string secret(reinterpret_cast<const char*>(key->data()), key->size());
    const auto before = engine_->show(program_, {model::KeyKind::phone, {}, "+84901234567"});
    ASSERT_TRUE(before);
    EXPECT_EQ(before->name, "Nguyễn Thị An Khang");
    // What a backup of before has.
    fs::copy(folder_.path / "data", folder_.path / "backup", fs::copy_options::recursive);
    EXPECT_EQ(files_with(folder_.path / "backup", secret).size(), 1U) << "the vault, and it alone";

    ASSERT_EQ(run(make_person_act(CommandKind::erase, program_, request(next_++), "phone:+84901234567",
                                  "asked for by letter"))
                  .refusal,
              Refusal::none);
    work(2);  // of a phone that nobody has: refused, and written down nowhere
    const auto report = engine_->verify([](std::uint64_t, std::uint64_t) {});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->difference_count, 0U) << report->differences.front();
    const auto after = engine_->show(program_, {model::KeyKind::id, enrolled.customer, {}});
    ASSERT_TRUE(after);
    EXPECT_EQ(figures_of(*after), figures_of(*before)) << "the sums stay";
    const auto proof = engine_->identity().verify_code(program_, {model::KeyKind::phone, {}, "+84901234567"},
                                                       core::ChallengePurpose::login, code->code, {2});
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->customer.value, 0U) << "a code proves a phone, which is nobody's any more";
    const auto tasks = engine_->care().care_of(program_, {model::KeyKind::id, enrolled.customer, {}}, {}, 10);
    ASSERT_TRUE(tasks);
    ASSERT_EQ(tasks->rows.size(), 1U);
    EXPECT_EQ(tasks->rows[0].key, "id:" + std::to_string(enrolled.customer.value));
    EXPECT_EQ(tasks->rows[0].name, "");
    close();

    const fs::path data = folder_.path / "data";
    for (const std::string& text :
         {std::string("+84901234567"), std::string("84901234567"), std::string("901234567"),
          std::string("an.nguyen"), std::string("Nguyễn"), std::string("Khang"),
          std::string("LOYAL-20417-AN"), std::string("20417")})
        EXPECT_EQ(files_with(folder_.path, text), std::vector<std::string>()) << text << ", backup included";
    EXPECT_EQ(files_with(data, secret), std::vector<std::string>()) << "the key of what is sealed";

    // The one who stays does: nothing else was overwritten.
    open();
    const auto other = engine_->show(program_, {model::KeyKind::phone, {}, "+84907777777"});
    ASSERT_TRUE(other);
    EXPECT_EQ(other->name, "Bình");
    EXPECT_TRUE(engine_->show(program_, {model::KeyKind::id, enrolled.customer, {}})->keys.empty());
    close();

    // With the vault of today, a backup of the rest says no more.
    fs::remove_all(folder_.path / "backup" / "vault");
    fs::copy(data / "vault", folder_.path / "backup" / "vault", fs::copy_options::recursive);
    fs::remove_all(data);
    fs::rename(folder_.path / "backup", data);
    open();
    const auto restored = engine_->show(program_, {model::KeyKind::id, enrolled.customer, {}});
    ASSERT_TRUE(restored);
    EXPECT_TRUE(restored->keys.empty());
    EXPECT_EQ(restored->name, "");
    close();
}

TEST_F(Erase, ACrashBetweenTheLedgersWordAndTheDeedIsMadeGood) {
    ASSERT_EQ(run(make_put_program(request(next_++), nhanh_program())).refusal, Refusal::none);
    const auto enrolled = run(make_enroll(program_, request(next_++), {"phone:+84901234567"}));
    run(make_person_act(CommandKind::erase, program_, request(next_++), "phone:+84901234567"));
    while (engine_->step_commit()) {
    }
    engine_.reset();  // killed: no checkpoint
    // As if the process had died after the ledger was written.
    storage::SecretKey key{};
    key.fill(7);
    ASSERT_TRUE(store_->vault().put(program_, enrolled.customer, {&key, 1}));
    ASSERT_TRUE(store_->vault().sync());
    store_.reset();
    open();
    EXPECT_FALSE(store_->vault().get(program_, enrolled.customer));
    close();
}

}  // namespace
}  // namespace tim::tests
