#include "clients/cpp/queue.h"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>

#include "clients/cpp/file.h"
#include "clients/cpp/queue_record.h"
#include "clients/cpp/queue_rejects.h"
#include "protocol/codec/limits.h"

namespace tim::client {
namespace {

using model::ErrorKind;
using model::failure;
namespace fs = std::filesystem;

constexpr std::uint64_t kLeastMaxBytes = 1024 * 1024;

/// At most so many acknowledged rows are read again after a power failure (each is known to the server then).
constexpr std::uint64_t kRowsPerPositionSync = 1'000;

/// The acknowledged position stands twice, in slots that are written in turn, each in a disk block of its
/// own: a write that a crash cuts short spoils only the older one.
struct PositionSlot {
    std::array<char, 8> magic{'T', 'I', 'M', 'Q', 'P', 'O', 'S', '1'};
    std::uint64_t counter = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t checksum = 0;

    std::uint64_t expected_checksum() const { return XXH3_64bits(this, offsetof(PositionSlot, checksum)); }
};
constexpr std::uint64_t kSlotDistance = 4096;

std::string segment_name(std::uint64_t first_index) {
    return fmt::format("rows-{:020}.seg", first_index);
}

model::Result<void> check_row(const QueuedRow& row, std::size_t position) {
    const auto wrong = [&](std::string_view what) {
        return failure(ErrorKind::invalid, fmt::format("row {}: {}", position, what));
    };
    switch (row.kind) {
        case model::CommandKind::sale:
            if (row.name.kind != model::NameKind::receipt) return wrong("a sale is named by a receipt");
            break;
        case model::CommandKind::redeem_reward:
            if (row.name.kind != model::NameKind::receipt)
                return wrong("a redemption of a reward is named by a receipt");
            if (row.reward.empty() || row.reward.size() > model::kMaxProgramIdBytes)
                return wrong(fmt::format("a reward's id has 1 to {} bytes", model::kMaxProgramIdBytes));
            break;
        case model::CommandKind::returned:
        case model::CommandKind::voided:
        case model::CommandKind::redeem:
        case model::CommandKind::hold:
        case model::CommandKind::capture:
        case model::CommandKind::release:
        case model::CommandKind::adjust:
            break;
        case model::CommandKind::enroll:
            if (row.keys.empty() || row.keys.size() > model::kMaxKeysPerCustomer)
                return wrong(fmt::format("an enrolment has 1 to {} keys", model::kMaxKeysPerCustomer));
            break;
        case model::CommandKind::balance:
        case model::CommandKind::put_program:
        case model::CommandKind::add_access_key:
        case model::CommandKind::appoint_vip:
        case model::CommandKind::move_member:
        case model::CommandKind::request_payout:
        case model::CommandKind::approve_payout:
        case model::CommandKind::pay_payout:
        case model::CommandKind::fail_payout:
        case model::CommandKind::revoke_access_key:
        case model::CommandKind::override_tier:
        case model::CommandKind::place_order:
        case model::CommandKind::update_order:
        case model::CommandKind::complete_order:
        case model::CommandKind::cancel_order:
        case model::CommandKind::classify:
        case model::CommandKind::plan_care:
        case model::CommandKind::change_care:
        case model::CommandKind::finish_care:
        case model::CommandKind::drop_care:
        case model::CommandKind::block_customer:
        case model::CommandKind::unblock_customer:
        case model::CommandKind::rekey:
        case model::CommandKind::claim:
        case model::CommandKind::erase:
        case model::CommandKind::reserve_voucher:
        case model::CommandKind::use_voucher:
        case model::CommandKind::release_voucher:
        case model::CommandKind::cancel_voucher:
        case model::CommandKind::set_password:
            return wrong("a command of that kind does not wait in a queue");
    }
    if (!row.name.valid()) return wrong("its receipt or request id is not valid");
    if (row.note.size() > kMaxNoteBytes)
        return wrong(fmt::format("its note is longer than {} bytes", kMaxNoteBytes));
    for (const auto* text : {&row.customer, &row.reason, &row.person, &row.payment, &row.vip})
        if (text->size() > codec::kMaxTextBytes)
            return wrong(fmt::format("a text is longer than {} bytes", codec::kMaxTextBytes));
    if (row.referral.size() > codec::kMaxReferralBytes || row.voucher.size() > model::kMaxVoucherCodeBytes)
        return wrong(fmt::format("a code is longer than {} bytes", codec::kMaxReferralBytes));
    const bool may_have_lines =
        row.kind == model::CommandKind::sale || row.kind == model::CommandKind::returned;
    if (!row.lines.empty() && !may_have_lines) return wrong("only sales and returns have lines");
    if (row.lines.size() > model::kMaxSaleLines)
        return wrong(fmt::format("it has more than {} lines", model::kMaxSaleLines));
    for (const model::SaleLine& line : row.lines)
        if (!model::is_sku(line.sku) || !model::is_category(line.category))
            return wrong("a line is of no valid SKU or category");
    for (const auto& key : row.keys)
        if (key.text.size() > codec::kMaxTextBytes)
            return wrong(fmt::format("a key is longer than {} bytes", codec::kMaxTextBytes));
    return {};
}

}  // namespace

model::Command as_command(const QueuedRow& row) {
    model::Command command;
    command.kind = row.kind;
    command.ranking = row.ranking;
    command.customer = {row.customer_kind, row.customer_id, row.customer};
    command.name = row.name;
    command.at = row.at;
    command.amount = row.amount;
    command.points = row.points;
    command.ttl_ms = row.ttl_ms;
    command.hold = row.hold;
    command.original = row.original;
    command.reason = row.reason;
    return command;
}

model::Enrollment enrollment_of(const QueuedRow& row) {
    model::Enrollment enrollment;
    for (const auto& key : row.keys)
        enrollment.keys.push_back({key.kind, {}, key.text});
    enrollment.name = row.person;
    enrollment.vip = {row.vip_kind, row.vip_id, row.vip};
    enrollment.referral = row.referral;
    return enrollment;
}

bool has_details(const QueuedRow& row) {
    const bool of_sale =
        row.kind == model::CommandKind::sale &&
        (row.hold.value != 0 || !row.referral.empty() || !row.payment.empty() || !row.voucher.empty());
    return of_sale || !row.lines.empty() || row.kind == model::CommandKind::redeem_reward;
}

model::SaleDetails details_of(const QueuedRow& row) {
    if (row.kind == model::CommandKind::redeem_reward) return {{}, {}, {}, {}, {}, {row.reward, {}}};
    if (row.kind != model::CommandKind::sale) return {{}, {}, {}, row.lines};
    return {row.hold, row.referral, row.payment, row.lines, row.voucher};
}

QueuedRow as_row(const model::Command& command) {
    QueuedRow row;
    row.kind = command.kind;
    row.ranking = command.ranking;
    row.customer_kind = command.customer.kind;
    row.customer_id = command.customer.id;
    row.customer = command.customer.text;
    row.name = command.name;
    row.at = command.at;
    row.amount = command.amount;
    row.points = command.points;
    row.ttl_ms = command.ttl_ms;
    row.hold = command.hold;
    row.original = command.original;
    row.reason = command.reason;
    if (command.enrollment) {
        for (const auto& key : command.enrollment->keys)
            row.keys.push_back({key.kind, std::string(key.text)});
        row.person = command.enrollment->name;
        row.vip_kind = command.enrollment->vip.kind;
        row.vip_id = command.enrollment->vip.id;
        row.vip = command.enrollment->vip.text;
        row.referral = command.enrollment->referral;
    }
    if (command.details) {
        row.hold = command.details->hold;
        row.referral = command.details->referral;
        row.payment = command.details->payment;
        row.voucher = command.details->voucher;
        row.lines = command.details->lines;
    }
    if (command.reward) row.reward = command.reward->reward;
    return row;
}

struct DurableQueue::Impl {
    struct Segment {
        fs::path path;
        std::uint64_t bytes = 0;
    };

    QueueOptions options;
    File lock;

    // Lock order: one of append_mutex, read_mutex, done_mutex, then state_mutex.
    mutable std::mutex state_mutex;
    std::map<std::uint64_t, Segment> segments;  // by the index of their first row; the last is appended to
    QueueStatus status;

    std::mutex append_mutex;
    File active;
    std::uint64_t active_bytes = 0;
    bool active_is_old = false;          // of an earlier format: new rows go to a segment of their own
    std::optional<model::Error> broken;  // an append of which nobody knows whether it is on disk

    std::mutex read_mutex;
    File source;
    std::uint64_t source_offset = 0;
    std::uint64_t next_index = 0;  // of the record at source_offset
    Record record;                 // the one before it

    std::mutex done_mutex;
    File position;
    std::uint64_t position_counter = 0;
    std::uint64_t synced_position = 0;
    RejectsFile rejects;

    model::Result<void> open();
    model::Result<void> open_segments();
    model::Result<void> open_position();
    model::Result<void> start_segment(std::uint64_t first_index);
    bool first_segment_ends_by(std::uint64_t index) const;
    model::Result<void> drop_drained();
    model::Result<void> load_record_of(std::uint64_t index);
    model::Result<void> seek(std::uint64_t index);
};

model::Result<void> DurableQueue::Impl::open() {
    if (options.max_bytes < kLeastMaxBytes)
        return failure(ErrorKind::invalid, fmt::format("a queue needs at least {} bytes", kLeastMaxBytes));
    options.segment_bytes = std::clamp<std::uint64_t>(options.segment_bytes, 1, options.max_bytes / 4);
    std::error_code error;
    fs::create_directories(options.folder, error);
    if (error)
        return failure(ErrorKind::io,
                       fmt::format("cannot make {}: {}", options.folder.string(), error.message()));
    auto file = File::open(options.folder / "lock", true);
    if (!file) return tl::unexpected(file.error());
    lock = std::move(*file);
    if (auto locked = lock.lock_exclusively(); !locked) return locked;
    if (auto opened = open_segments(); !opened) return opened;
    if (auto opened = open_position(); !opened) return opened;
    auto rejects_file = RejectsFile::open(options.folder / "rejects.csv");
    if (!rejects_file) return tl::unexpected(rejects_file.error());
    rejects = std::move(*rejects_file);
    status.rejected = rejects.row_count();
    status.bytes += rejects.bytes();
    if (segments.empty()) {
        if (auto started = start_segment(status.acknowledged); !started) return started;
    }
    return drop_drained();
}

model::Result<void> DurableQueue::Impl::open_segments() {
    std::vector<fs::path> paths;
    std::error_code error;
    for (fs::directory_iterator at(options.folder, error), end; !error && at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        if (name.starts_with("rows-") && name.ends_with(".seg")) paths.push_back(at->path());
    }
    if (error)
        return failure(ErrorKind::io,
                       fmt::format("cannot read {}: {}", options.folder.string(), error.message()));
    std::sort(paths.begin(), paths.end());
    for (std::size_t i = 0; i < paths.size(); ++i) {
        auto file = File::open(paths[i], false);
        if (!file) return tl::unexpected(file.error());
        const auto scan = scan_segment(*file);
        if (!scan) return tl::unexpected(scan.error());
        const auto damaged = [&](std::string_view what) {
            return failure(ErrorKind::corrupt, fmt::format("{}: {}", paths[i].string(), what));
        };
        const bool last = i + 1 == paths.size();
        if (scan->torn_bytes > 0 && !last) return damaged("it ends in the middle of a record");
        if (last && scan->end == 0) {
            // Its making was cut short: no row was ever in it.
            fs::remove(paths[i], error);
            status.torn_bytes += scan->torn_bytes;
            break;
        }
        if (!segments.empty() && scan->first_index != status.appended)
            return damaged(fmt::format("it begins with row {}, the segment before ends with row {}",
                                       scan->first_index, status.appended));
        if (scan->torn_bytes > 0) {
            if (auto cut = file->truncate(scan->end); !cut) return cut;
            if (auto synced = file->sync(); !synced) return synced;
            status.torn_bytes += scan->torn_bytes;
        }
        segments[scan->first_index] = {paths[i], scan->end};
        status.appended = scan->next_index;
        status.bytes += scan->end;
        active = std::move(*file);
        active_bytes = scan->end;
        active_is_old = scan->format != SegmentHeader{}.format;
    }
    return {};
}

model::Result<void> DurableQueue::Impl::open_position() {
    auto file = File::open(options.folder / "position", true);
    if (!file) return tl::unexpected(file.error());
    position = std::move(*file);
    if (auto synced = sync_folder(options.folder); !synced) return synced;
    const auto size = position.size();
    if (!size) return tl::unexpected(size.error());
    bool found = false;
    for (const std::uint64_t offset : {std::uint64_t{0}, kSlotDistance}) {
        std::array<std::byte, sizeof(PositionSlot)> bytes;
        const auto got = position.read_at(offset, bytes);
        if (!got) return tl::unexpected(got.error());
        PositionSlot slot;
        if (*got < bytes.size()) continue;
        std::memcpy(&slot, bytes.data(), bytes.size());
        if (slot.magic != PositionSlot{}.magic || slot.checksum != slot.expected_checksum()) continue;
        if (found && slot.counter < position_counter) continue;
        found = true;
        position_counter = slot.counter;
        status.acknowledged = slot.acknowledged;
    }
    // What a process before this one wrote may still wait in the system's memory; segments are deleted only
    // behind a position that is on disk.
    if (auto synced = position.sync(); !synced) return synced;
    synced_position = status.acknowledged;
    const auto damaged = [&](std::string_view what) {
        return failure(ErrorKind::corrupt, fmt::format("{}: {}", position.path().string(), what));
    };
    if (!found) {
        // Before the first acknowledgement is whole, nothing has been deleted.
        if (*size > sizeof(PositionSlot)) return damaged("neither of its two slots is sound");
        status.acknowledged = segments.empty() ? 0 : segments.begin()->first;
        return {};
    }
    if (segments.empty()) status.appended = status.acknowledged;
    if (status.acknowledged > status.appended)
        return damaged(fmt::format("row {} is acknowledged, but the segments end with row {}",
                                   status.acknowledged, status.appended));
    if (!segments.empty() && status.acknowledged < segments.begin()->first)
        return damaged(fmt::format("rows from {} on wait, but the segments begin with row {}",
                                   status.acknowledged, segments.begin()->first));
    return {};
}

model::Result<void> DurableQueue::Impl::start_segment(std::uint64_t first_index) {
    const fs::path path = options.folder / segment_name(first_index);
    auto file = File::open(path, true);
    if (!file) return tl::unexpected(file.error());
    const Bytes header = encode_segment_header(first_index);
    if (auto cut = file->truncate(0); !cut) return cut;
    if (auto put = file->write_at(0, header); !put) return put;
    if (auto synced = file->sync(); !synced) return synced;
    if (auto synced = sync_folder(options.folder); !synced) return synced;
    active = std::move(*file);
    active_bytes = header.size();
    active_is_old = false;
    const std::scoped_lock guard(state_mutex);
    const auto [segment, added] = segments.insert_or_assign(first_index, Segment{path, header.size()});
    if (added) status.bytes += header.size();
    return {};
}

bool DurableQueue::Impl::first_segment_ends_by(std::uint64_t index) const {
    const std::scoped_lock guard(state_mutex);
    return segments.size() > 1 && std::next(segments.begin())->first <= index;
}

model::Result<void> DurableQueue::Impl::drop_drained() {
    const std::scoped_lock guard(state_mutex);
    bool dropped = false;
    while (segments.size() > 1 && std::next(segments.begin())->first <= status.acknowledged) {
        std::error_code error;
        fs::remove(segments.begin()->second.path, error);
        if (error)
            return failure(
                ErrorKind::io,
                fmt::format("cannot remove {}: {}", segments.begin()->second.path.string(), error.message()));
        status.bytes -= segments.begin()->second.bytes;
        segments.erase(segments.begin());
        dropped = true;
    }
    return dropped ? sync_folder(options.folder) : model::Result<void>();
}

DurableQueue::DurableQueue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DurableQueue::~DurableQueue() = default;

model::Result<std::unique_ptr<DurableQueue>> DurableQueue::open(const QueueOptions& options) {
    auto impl = std::make_unique<Impl>();
    impl->options = options;
    if (auto opened = impl->open(); !opened) return tl::unexpected(opened.error());
    return std::unique_ptr<DurableQueue>(new DurableQueue(std::move(impl)));
}

model::Result<std::uint64_t> DurableQueue::append(std::string_view program, std::span<const QueuedRow> rows) {
    if (rows.empty() || rows.size() > kMaxRowsPerAppend)
        return failure(ErrorKind::invalid, fmt::format("an append takes 1 to {} rows", kMaxRowsPerAppend));
    if (program.empty() || program.size() > model::kMaxProgramIdBytes)
        return failure(ErrorKind::invalid,
                       fmt::format("the program's id is 1 to {} bytes", model::kMaxProgramIdBytes));
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (auto checked = check_row(rows[i], i); !checked) return tl::unexpected(checked.error());

    Impl& impl = *impl_;
    const std::scoped_lock append_guard(impl.append_mutex);
    if (impl.broken) return tl::unexpected(*impl.broken);
    const QueueStatus before = status();
    const auto record = encode_record(before.appended, program, rows);
    if (!record) return tl::unexpected(record.error());
    if (before.bytes + record->size() + sizeof(SegmentHeader) > impl.options.max_bytes)
        return failure(ErrorKind::full,
                       fmt::format("the queue in {} is full: {} rows wait, {} of {} bytes are used, "
                                   "rejects included",
                                   impl.options.folder.string(), before.waiting(), before.bytes,
                                   impl.options.max_bytes));
    const bool is_full = impl.active_bytes + record->size() > impl.options.segment_bytes &&
                         impl.active_bytes > sizeof(SegmentHeader);
    if (is_full || impl.active_is_old) {
        if (auto started = impl.start_segment(before.appended); !started)
            return tl::unexpected(started.error());
    }
    if (auto put = impl.active.write_at(impl.active_bytes, *record); !put) {
        if (auto cut = impl.active.truncate(impl.active_bytes); !cut) impl.broken = cut.error();
        return tl::unexpected(put.error());
    }
    if (auto synced = impl.active.sync(); !synced) {
        // The kernel may have dropped the pages: only reading the file anew tells what is on disk.
        impl.broken = model::Error{ErrorKind::io, synced.error().message + "; open the queue again"};
        return tl::unexpected(synced.error());
    }
    impl.active_bytes += record->size();
    const std::scoped_lock state_guard(impl.state_mutex);
    impl.segments.rbegin()->second.bytes = impl.active_bytes;
    impl.status.bytes += record->size();
    impl.status.appended += rows.size();
    return before.appended;
}

model::Result<void> DurableQueue::Impl::seek(std::uint64_t index) {
    std::uint64_t first_index = 0;
    fs::path path;
    {
        const std::scoped_lock guard(state_mutex);
        auto at = segments.upper_bound(index);
        if (at == segments.begin())
            return failure(ErrorKind::invalid, fmt::format("row {} has left the queue", index));
        --at;
        first_index = at->first;
        path = at->second.path;
    }
    auto file = File::open(path, false);
    if (!file) return tl::unexpected(file.error());
    source = std::move(*file);
    source_offset = sizeof(SegmentHeader);
    next_index = first_index;
    return {};
}

/// Makes `record` the one that holds row `index`, which has been appended.
model::Result<void> DurableQueue::Impl::load_record_of(std::uint64_t index) {
    const auto holds = [&] {
        return index >= record.header.first_index &&
               index - record.header.first_index < record.header.row_count;
    };
    if (holds()) return {};
    bool at_segment = false;
    {
        const std::scoped_lock guard(state_mutex);
        at_segment = segments.contains(index);
    }
    if (!source.is_open() || index != next_index || at_segment) {
        if (auto sought = seek(index); !sought) return sought;
    }
    do {
        auto loaded = read_record(source, source_offset, next_index);
        if (!loaded) return tl::unexpected(loaded.error());
        record = std::move(*loaded);
        source_offset += sizeof(RecordHeader) + record.header.length;
        next_index += record.header.row_count;
    } while (!holds());
    return {};
}

model::Result<std::vector<QueuedEntry>> DurableQueue::read(std::uint64_t index, std::size_t max_rows) {
    const std::uint64_t end = status().appended;
    std::vector<QueuedEntry> entries;
    const std::scoped_lock guard(impl_->read_mutex);
    while (index < end && entries.size() < max_rows) {
        if (auto loaded = impl_->load_record_of(index); !loaded) return tl::unexpected(loaded.error());
        const Record& record = impl_->record;
        for (auto i = static_cast<std::size_t>(index - record.header.first_index);
             i < record.rows.size() && entries.size() < max_rows; ++i, ++index)
            entries.push_back({index, record.program, record.rows[i]});
    }
    return entries;
}

model::Result<void> DurableQueue::acknowledge(std::uint64_t end) {
    Impl& impl = *impl_;
    const std::scoped_lock guard(impl.done_mutex);
    const QueueStatus now = status();
    if (end <= now.acknowledged) return {};
    if (end > now.appended)
        return failure(ErrorKind::invalid, fmt::format("row {} is not in the queue", end - 1));
    PositionSlot slot;
    slot.counter = impl.position_counter + 1;
    slot.acknowledged = end;
    slot.checksum = slot.expected_checksum();
    std::array<std::byte, sizeof slot> bytes;
    std::memcpy(bytes.data(), &slot, sizeof slot);
    if (auto put = impl.position.write_at((slot.counter + 1) % 2 * kSlotDistance, bytes); !put) return put;
    impl.position_counter = slot.counter;
    const bool drops_segment = impl.first_segment_ends_by(end);
    if (drops_segment || end == now.appended || end - impl.synced_position >= kRowsPerPositionSync) {
        if (auto synced = impl.position.sync(); !synced) return synced;
        impl.synced_position = end;
    }
    {
        const std::scoped_lock state_guard(impl.state_mutex);
        impl.status.acknowledged = end;
    }
    return drops_segment ? impl.drop_drained() : model::Result<void>();
}

model::Result<void> DurableQueue::reject(const QueuedEntry& entry, std::string_view refusal,
                                         std::string_view reason) {
    const std::scoped_lock guard(impl_->done_mutex);
    const std::uint64_t bytes_before = impl_->rejects.bytes();
    if (auto added = impl_->rejects.add(entry, refusal, reason); !added) return added;
    const std::scoped_lock state_guard(impl_->state_mutex);
    impl_->status.rejected = impl_->rejects.row_count();
    impl_->status.bytes += impl_->rejects.bytes() - bytes_before;
    return {};
}

QueueStatus DurableQueue::status() const {
    const std::scoped_lock guard(impl_->state_mutex);
    return impl_->status;
}

std::filesystem::path DurableQueue::rejects_path() const {
    return impl_->options.folder / "rejects.csv";
}

}  // namespace tim::client
