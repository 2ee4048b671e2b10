#include "clients/cpp/posting_window.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "protocol/codec/limits.h"

namespace tim::client {
namespace {

std::string key_subject(model::KeyKind kind, const std::string& text) {
    std::array<char, model::kMaxEmailBytes> normal;
    // Two spellings of a phone are one customer; what is no key at all is at least the same nonsense.
    const std::string_view known = model::normalize_key_into(kind, text, normal.data());
    return fmt::format("{}:{}", static_cast<int>(kind), known.empty() ? std::string_view(text) : known);
}

std::string receipt_subject(const model::Name& name) {
    return fmt::format("r{}/{}", name.terminal.value, name.number());
}

/// What the row touches, as far as it tells; empty when it touches something that it does not name.
std::vector<std::string> subjects_of(const QueuedRow& row) {
    std::vector<std::string> subjects;
    // Whose code or VIP it is, and what makes it good, rows before may tell.
    if (!row.referral.empty() || row.vip_kind != model::KeyKind::none) return {};
    if (row.kind == model::CommandKind::enroll) {
        subjects.emplace_back("e");
        for (const auto& key : row.keys)
            subjects.push_back(key_subject(key.kind, key.text));
        return subjects;
    }
    if (row.customer_kind == model::KeyKind::none) {
        const bool anonymous =
            row.kind == model::CommandKind::sale ||
            (row.kind == model::CommandKind::returned && row.original.kind == model::NameKind::none);
        if (!anonymous) return {};
    } else if (row.customer_kind == model::KeyKind::id) {
        subjects.push_back(fmt::format("i{}", row.customer_id.value));
    } else {
        subjects.push_back(key_subject(row.customer_kind, row.customer));
    }
    if (row.name.kind == model::NameKind::receipt) subjects.push_back(receipt_subject(row.name));
    if (row.original.kind == model::NameKind::receipt) subjects.push_back(receipt_subject(row.original));
    return subjects;
}

/// By which kind of message a row goes out.
enum class Form : std::uint8_t { plain, detailed, enrollment };

Form form_of(const QueuedRow& row) {
    if (row.kind == model::CommandKind::enroll) return Form::enrollment;
    return has_details(row) ? Form::detailed : Form::plain;
}

}  // namespace

void PostingWindow::push(QueuedEntry entry) {
    Slot slot;
    slot.subjects = subjects_of(entry.row);
    slot.entry = std::move(entry);
    slots_.push_back(std::move(slot));
}

bool PostingWindow::may_go(const Slot& slot) const {
    if (barrier_under_way_) return false;
    if (slot.subjects.empty()) return under_way_ == 0;
    for (const auto& subject : slot.subjects)
        if (subjects_under_way_.contains(subject)) return false;
    return true;
}

std::vector<std::uint64_t> PostingWindow::next_batch(std::size_t max_rows) {
    std::vector<std::uint64_t> batch;
    const Slot* first = nullptr;
    // Rows before the first waiting one need not be looked at: they are with the server, or answered.
    std::size_t at = 0;
    while (at < slots_.size() && slots_[at].phase != Phase::waiting)
        ++at;
    for (; at < slots_.size() && batch.size() < max_rows; ++at) {
        Slot& slot = slots_[at];
        // Rows that are out already lie between when one before them came back to be tried again.
        if (slot.phase != Phase::waiting) continue;
        if (first && (slot.alone || first->alone || slot.entry.program != first->entry.program ||
                      form_of(slot.entry.row) != form_of(first->entry.row)))
            break;
        if (form_of(slot.entry.row) == Form::detailed && batch.size() == codec::kMaxDetailedSalesPerRequest)
            break;
        if (!may_go(slot)) break;
        if (!first) first = &slot;
        slot.phase = Phase::under_way;
        ++under_way_;
        subjects_under_way_.insert(slot.subjects.begin(), slot.subjects.end());
        barrier_under_way_ = slot.subjects.empty();
        batch.push_back(first_index_ + at);
    }
    return batch;
}

void PostingWindow::leave(Slot& slot) {
    --under_way_;
    for (const auto& subject : slot.subjects)
        subjects_under_way_.erase(subject);
    if (slot.subjects.empty()) barrier_under_way_ = false;
}

void PostingWindow::answer(std::uint64_t index, Answer answer) {
    Slot& slot = slots_[place(index)];
    leave(slot);
    slot.phase = Phase::done;
    slot.answer = std::move(answer);
}

void PostingWindow::put_back(std::uint64_t index, bool alone) {
    Slot& slot = slots_[place(index)];
    leave(slot);
    slot.phase = Phase::waiting;
    slot.alone = slot.alone || alone;
}

std::optional<PostingWindow::Done> PostingWindow::pop_done() {
    if (slots_.empty() || slots_.front().phase != Phase::done) return std::nullopt;
    Done done{std::move(slots_.front().entry), std::move(slots_.front().answer)};
    slots_.pop_front();
    ++first_index_;
    return done;
}

}  // namespace tim::client
