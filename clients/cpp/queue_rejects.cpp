#include "clients/cpp/queue_rejects.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace tim::client {
namespace {

constexpr std::string_view kHeader =
    "index,kind,receipt,at,terminal,customer,amount_minor,points,original,note,refusal,reason\n";

std::string_view kind_name(model::CommandKind kind) {
    switch (kind) {
        case model::CommandKind::sale:
            return "sale";
        case model::CommandKind::returned:
            return "return";
        case model::CommandKind::voided:
            return "void";
        case model::CommandKind::redeem:
            return "redeem";
        case model::CommandKind::hold:
            return "hold";
        case model::CommandKind::capture:
            return "capture";
        case model::CommandKind::release:
            return "release";
        case model::CommandKind::adjust:
            return "adjust";
        case model::CommandKind::enroll:
            return "enroll";
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
            break;
        case model::CommandKind::redeem_reward:
            return "redeem";
    }
    return "other";
}

/// RFC 4180, but always on one line: a line is a row.
std::string field(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c == '\r' || c == '\n' ? ' ' : c;
    }
    return quoted + '"';
}

std::string format_at(model::Instant at) {
    if (at == model::kNoInstant) return {};
    constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999
    const std::int64_t second = at.value / 1000 - (at.value % 1000 < 0 ? 1 : 0);
    if (second < 0 || second > kLastSecond) return fmt::format("{}ms", at.value);
    const std::int64_t fraction_ms = at.value - second * 1000;
    const auto civil = fmt::gmtime(static_cast<std::time_t>(second));
    return fraction_ms == 0 ? fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", civil)
                            : fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", civil, fraction_ms);
}

std::string format_customer(const QueuedRow& row) {
    if (row.kind == model::CommandKind::enroll)
        return row.keys.empty()
                   ? std::string()
                   : fmt::format("{}:{}", model::key_kind_name(row.keys[0].kind), row.keys[0].text);
    if (row.customer_kind == model::KeyKind::none) return {};
    if (row.customer_kind == model::KeyKind::id) return fmt::format("id:{}", row.customer_id.value);
    return fmt::format("{}:{}", model::key_kind_name(row.customer_kind), row.customer);
}

}  // namespace

model::Result<RejectsFile> RejectsFile::open(const std::filesystem::path& path) {
    RejectsFile rejects;
    auto file = File::open(path, true);
    if (!file) return tl::unexpected(file.error());
    rejects.file_ = std::move(*file);
    const auto size = rejects.file_.size();
    if (!size) return tl::unexpected(size.error());

    // Lines are found piece by piece: the file may be larger than what one wants in memory.
    std::string line;
    std::uint64_t lines = 0;
    std::uint64_t last_line_end = 0;
    std::vector<std::byte> piece(64 * 1024);
    for (std::uint64_t offset = 0; offset < *size; offset += piece.size()) {
        const auto got = rejects.file_.read_at(offset, piece);
        if (!got) return tl::unexpected(got.error());
        for (std::size_t i = 0; i < *got; ++i) {
            const char c = static_cast<char>(piece[i]);
            if (c != '\n') {
                if (line.size() < 24) line += c;
                continue;
            }
            ++lines;
            last_line_end = offset + i + 1;
            std::uint64_t index = 0;
            const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), index);
            if (error == std::errc() && end != line.data() + line.size() && *end == ',')
                rejects.last_index_ = index;
            line.clear();
        }
    }
    if (last_line_end != *size) {
        if (auto cut = rejects.file_.truncate(last_line_end); !cut) return tl::unexpected(cut.error());
    }
    rejects.size_ = last_line_end;
    rejects.row_count_ = lines > 0 ? lines - 1 : 0;
    if (lines == 0) {
        if (auto put = rejects.file_.write_at(0, std::as_bytes(std::span(kHeader))); !put)
            return tl::unexpected(put.error());
        rejects.size_ = kHeader.size();
    }
    if (auto synced = rejects.file_.sync(); !synced) return tl::unexpected(synced.error());
    return rejects;
}

model::Result<void> RejectsFile::add(const QueuedEntry& entry, std::string_view refusal,
                                     std::string_view reason) {
    if (last_index_ && entry.index <= *last_index_) return {};
    const QueuedRow& row = entry.row;
    const std::string name = row.name.kind == model::NameKind::none ? "" : model::format_name(row.name);
    const std::string original =
        row.original.kind == model::NameKind::none ? "" : model::format_name(row.original);
    const std::string line =
        fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", entry.index, kind_name(row.kind), field(name),
                    format_at(row.at),
                    row.name.kind == model::NameKind::receipt ? fmt::to_string(row.name.terminal.value) : "",
                    field(format_customer(row)), row.amount.value, row.points.value, field(original),
                    field(row.note), field(refusal), field(reason));
    const auto put = file_.write_at(size_, std::as_bytes(std::span(line)));
    if (auto synced = put ? file_.sync() : put; !synced) {
        // What part of the line is there is cut off, here or when the file is opened again.
        (void)file_.truncate(size_);
        return synced;
    }
    size_ += line.size();
    ++row_count_;
    last_index_ = entry.index;
    return {};
}

}  // namespace tim::client
