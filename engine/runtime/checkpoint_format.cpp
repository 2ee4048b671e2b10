#include "engine/runtime/checkpoint_format.h"

#include <cstring>
#include <string>
#include <type_traits>

namespace tim::runtime {

namespace {

constexpr std::uint32_t kMetaFormat = 0x4D450001;  // "ME", version 1; and so on
constexpr std::uint32_t kCustomersFormat = 0x43550005;
constexpr std::uint32_t kProgramFormat = 0x50520003;
constexpr std::uint32_t kAccessFormat = 0x41430001;
constexpr std::uint32_t kKeysFormat = 0x4B450002;
constexpr std::uint32_t kKeysFormatBefore = 0x4B450001;
constexpr std::uint32_t kCareFormat = 0x43410001;

class Writer {
  public:
    explicit Writer(std::uint32_t format) { put(format); }

    template <class T>
    void put(const T& value) {
        put_all(std::span(&value, 1));
    }
    template <class T>
    void put_all(std::span<const T> values) {
        static_assert(std::is_trivially_copyable_v<T>);
        const auto bytes = std::as_bytes(values);
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
    void put_count(std::size_t count) { put(static_cast<std::uint32_t>(count)); }
    void put_bytes(model::BytesView bytes) {
        put_count(bytes.size());
        put_all(bytes);
    }
    model::Bytes take() { return std::move(bytes_); }

  private:
    model::Bytes bytes_;
};

/// Reads what Writer wrote; once something is missing or left over, `result` is an error.
class Reader {
  public:
    Reader(model::BytesView bytes, std::uint32_t format, const char* what) : bytes_(bytes), what_(what) {
        std::uint32_t found = 0;
        get(found);
        whole_ = whole_ && found == format;
    }

    template <class T>
    void get(T& value) {
        get_all(std::span(&value, 1));
    }
    template <class T>
    void get_all(std::span<T> values) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (!whole_ || bytes_.size() < values.size_bytes()) {
            whole_ = false;
            return;
        }
        if (values.empty()) return;  // and perhaps there is no memory to copy to
        std::memcpy(static_cast<void*>(values.data()), bytes_.data(), values.size_bytes());
        bytes_ = bytes_.subspan(values.size_bytes());
    }
    /// A count of things that take at least `least_bytes` each.
    std::size_t get_count(std::size_t least_bytes) {
        std::uint32_t count = 0;
        get(count);
        if (count * least_bytes > bytes_.size()) whole_ = false;
        return whole_ ? count : 0;
    }
    model::Bytes get_bytes() {
        model::Bytes result(get_count(1));
        get_all(std::span(result));
        return result;
    }
    model::Result<void> result() const {
        if (whole_ && bytes_.empty()) return {};
        return model::failure(model::ErrorKind::corrupt, std::string("the checkpoint's ") + what_ +
                                                             " is not in a format that this version reads");
    }

  private:
    model::BytesView bytes_;
    const char* what_;
    bool whole_ = true;
};

template <class T>
model::Result<T> checked(const Reader& reader, T value) {
    if (auto result = reader.result(); !result) return tl::unexpected(result.error());
    return value;
}

}  // namespace

model::Bytes encode(const CheckpointMeta& meta) {
    Writer writer(kMetaFormat);
    writer.put(meta.through);
    writer.put(meta.secret_check);
    return writer.take();
}

model::Result<CheckpointMeta> decode_meta(model::BytesView bytes) {
    Reader reader(bytes, kMetaFormat, "head");
    CheckpointMeta meta;
    reader.get(meta.through);
    reader.get(meta.secret_check);
    return checked(reader, meta);
}

namespace {

void put(Writer& writer, const core::MonthCounts& counts) {
    writer.put_count(counts.entries().size());
    for (const core::MonthCounts::Entry& entry : counts.entries())
        writer.put(entry);
}

void get(Reader& reader, core::MonthCounts& counts) {
    for (std::size_t left = reader.get_count(sizeof(core::MonthCounts::Entry)); left > 0; --left) {
        core::MonthCounts::Entry entry;
        reader.get(entry);
        counts.restore(entry);
    }
}

void put(Writer& writer, const SavedWallet& saved) {
    const core::Wallet& wallet = saved.wallet;
    writer.put(saved.vip);
    writer.put(wallet.last);
    writer.put(wallet.available);
    writer.put(wallet.earned);
    writer.put(wallet.paid);
    writer.put(wallet.members);
    writer.put(wallet.recruits_digest);
    writer.put(wallet.month);
    writer.put_count(wallet.payouts.size());
    for (const core::Payout& payout : wallet.payouts)
        writer.put(payout);
    put(writer, wallet.recruits);
    writer.put_count(wallet.lots.count());
    for (const auto& [due, amount] : wallet.lots.all()) {
        if (amount.value == 0) continue;
        writer.put(due);
        writer.put(amount);
    }
}

void get(Reader& reader, SavedWallet& saved) {
    core::Wallet& wallet = saved.wallet;
    reader.get(saved.vip);
    reader.get(wallet.last);
    reader.get(wallet.available);
    reader.get(wallet.earned);
    reader.get(wallet.paid);
    reader.get(wallet.members);
    reader.get(wallet.recruits_digest);
    reader.get(wallet.month);
    wallet.payouts.resize(reader.get_count(sizeof(core::Payout)));
    for (core::Payout& payout : wallet.payouts)
        reader.get(payout);
    get(reader, wallet.recruits);
    for (std::size_t left = reader.get_count(2 * sizeof(std::int64_t)); left > 0; --left) {
        std::int64_t due = 0;
        std::int64_t amount = 0;
        reader.get(due);
        reader.get(amount);
        if (amount > 0) wallet.add_to_lot({due}, {amount});
    }
}

void put(Writer& writer, const SavedReferral& saved) {
    const core::ReferralEntry& entry = saved.entry;
    writer.put(saved.customer);
    writer.put(entry.has_kept);
    writer.put(entry.kept);
    writer.put(entry.referrer);
    writer.put(entry.brought_by);
    writer.put(entry.brought_digest);
    put(writer, entry.months);
    writer.put_count(entry.brought.size());
    writer.put_all(std::span<const core::Brought>(entry.brought));
}

void get(Reader& reader, SavedReferral& saved) {
    core::ReferralEntry& entry = saved.entry;
    reader.get(saved.customer);
    reader.get(entry.has_kept);
    reader.get(entry.kept);
    reader.get(entry.referrer);
    reader.get(entry.brought_by);
    reader.get(entry.brought_digest);
    get(reader, entry.months);
    entry.brought.resize(reader.get_count(sizeof(core::Brought)));
    reader.get_all(std::span(entry.brought));
}

}  // namespace

model::Bytes encode(const CustomersBlock& block) {
    Writer writer(kCustomersFormat);
    writer.put(block.through);
    writer.put_count(block.records.size());
    writer.put_all(std::span<const core::CustomerRecord>(block.records));
    writer.put_count(block.holds.size());
    for (const SavedHold& saved : block.holds) {
        writer.put(saved.customer);
        writer.put(saved.hold);
    }
    writer.put_count(block.lots.size());
    for (const SavedLot& saved : block.lots) {
        writer.put(saved.customer);
        writer.put(saved.lot);
    }
    writer.put_count(block.uses.size());
    writer.put_all(std::span<const SavedUse>(block.uses));
    writer.put_count(block.wallets.size());
    for (const SavedWallet& saved : block.wallets)
        put(writer, saved);
    writer.put_count(block.referrals.size());
    for (const SavedReferral& saved : block.referrals)
        put(writer, saved);
    writer.put_count(block.overrides.size());
    for (const SavedOverride& saved : block.overrides) {
        writer.put(saved.customer);
        writer.put(saved.given);
        writer.put(saved.found);
    }
    static_assert(sizeof(SavedOrder) == sizeof(std::uint64_t) + sizeof(core::OpenOrder));
    writer.put_count(block.orders.size());
    writer.put_all(std::span<const SavedOrder>(block.orders));
    static_assert(sizeof(SavedClasses) == sizeof(std::uint64_t) + sizeof(core::Classified));
    writer.put_count(block.classified.size());
    writer.put_all(std::span<const SavedClasses>(block.classified));
    return writer.take();
}

model::Result<CustomersBlock> decode_customers(model::BytesView bytes) {
    Reader reader(bytes, kCustomersFormat, "block of customers");
    CustomersBlock block;
    reader.get(block.through);
    block.records.resize(reader.get_count(sizeof(core::CustomerRecord)));
    reader.get_all(std::span(block.records));
    block.holds.resize(reader.get_count(sizeof(std::uint64_t) + sizeof(core::OpenHold)));
    for (SavedHold& saved : block.holds) {
        reader.get(saved.customer);
        reader.get(saved.hold);
    }
    block.lots.resize(reader.get_count(sizeof(std::uint64_t) + sizeof(core::Lot)));
    for (SavedLot& saved : block.lots) {
        reader.get(saved.customer);
        reader.get(saved.lot);
    }
    block.uses.resize(reader.get_count(sizeof(SavedUse)));
    reader.get_all(std::span(block.uses));
    block.wallets.resize(reader.get_count(sizeof(std::uint64_t)));
    for (SavedWallet& saved : block.wallets)
        get(reader, saved);
    block.referrals.resize(reader.get_count(sizeof(std::uint64_t)));
    for (SavedReferral& saved : block.referrals)
        get(reader, saved);
    block.overrides.resize(reader.get_count(2 * sizeof(std::uint64_t) + sizeof(core::TierOverride)));
    for (SavedOverride& saved : block.overrides) {
        reader.get(saved.customer);
        reader.get(saved.given);
        reader.get(saved.found);
    }
    block.orders.resize(reader.get_count(sizeof(SavedOrder)));
    reader.get_all(std::span(block.orders));
    block.classified.resize(reader.get_count(sizeof(SavedClasses)));
    reader.get_all(std::span(block.classified));
    return checked(reader, std::move(block));
}

model::Bytes encode(const ProgramBlock& block) {
    Writer writer(kProgramFormat);
    writer.put(block.last);
    writer.put(block.latest);
    writer.put_count(block.versions.size());
    for (const SavedVersion& version : block.versions) {
        writer.put(version.effective);
        writer.put_bytes(version.document);
    }
    writer.put_count(block.budgets.size());
    writer.put_all(std::span<const SavedBudget>(block.budgets));
    writer.put_count(block.rewards.size());
    writer.put_all(std::span<const SavedReward>(block.rewards));
    return writer.take();
}

model::Result<ProgramBlock> decode_program(model::BytesView bytes) {
    Reader reader(bytes, kProgramFormat, "program");
    ProgramBlock block;
    reader.get(block.last);
    reader.get(block.latest);
    block.versions.resize(reader.get_count(sizeof(model::Instant)));
    for (SavedVersion& version : block.versions) {
        reader.get(version.effective);
        version.document = reader.get_bytes();
    }
    block.budgets.resize(reader.get_count(sizeof(SavedBudget)));
    reader.get_all(std::span(block.budgets));
    block.rewards.resize(reader.get_count(sizeof(SavedReward)));
    reader.get_all(std::span(block.rewards));
    return checked(reader, std::move(block));
}

model::Bytes encode(const AccessBlock& block) {
    Writer writer(kAccessFormat);
    writer.put(block.last);
    writer.put_count(block.keys.size());
    for (const model::Bytes& key : block.keys)
        writer.put_bytes(key);
    return writer.take();
}

model::Result<AccessBlock> decode_access(model::BytesView bytes) {
    Reader reader(bytes, kAccessFormat, "table of keys of access");
    AccessBlock block;
    reader.get(block.last);
    block.keys.resize(reader.get_count(sizeof(std::uint32_t)));
    for (model::Bytes& key : block.keys)
        key = reader.get_bytes();
    return checked(reader, std::move(block));
}

model::Bytes encode(const CareBlock& block) {
    static_assert(sizeof(SavedCare) == sizeof(core::CarePlace) + sizeof(core::OpenCare));
    Writer writer(kCareFormat);
    writer.put(block.through);
    writer.put_count(block.tasks.size());
    writer.put_all(std::span<const SavedCare>(block.tasks));
    return writer.take();
}

model::Result<CareBlock> decode_care(model::BytesView bytes) {
    Reader reader(bytes, kCareFormat, "care calendar");
    CareBlock block;
    reader.get(block.through);
    block.tasks.resize(reader.get_count(sizeof(SavedCare)));
    reader.get_all(std::span(block.tasks));
    return checked(reader, std::move(block));
}

model::Bytes encode(const KeysBlock& block) {
    Writer writer(kKeysFormat);
    writer.put(block.through);
    writer.put_count(block.entries.size());
    writer.put_all(std::span(block.entries));
    return writer.take();
}

model::Result<KeysBlock> decode_keys(model::BytesView bytes) {
    std::uint32_t format = 0;
    if (bytes.size() >= sizeof format) std::memcpy(&format, bytes.data(), sizeof format);
    const bool before = format == kKeysFormatBefore;
    Reader reader(bytes, before ? kKeysFormatBefore : kKeysFormat, "index of keys");
    KeysBlock block;
    if (!before) reader.get(block.through);
    block.entries.resize(reader.get_count(sizeof(core::DigestEntry)));
    reader.get_all(std::span(block.entries));
    return checked(reader, std::move(block));
}

}  // namespace tim::runtime
