#include "engine/model/care.h"

#include <algorithm>
#include <array>

#include "engine/model/classification.h"

namespace tim::model {

namespace {

constexpr std::array<std::string_view, kCareKinds> kKindNames = {"other", "call",   "message",
                                                                 "visit", "sample", "quote"};

}  // namespace

std::string_view care_phase_name(CarePhase phase) {
    switch (phase) {
        case CarePhase::none:
            return "none";
        case CarePhase::open:
            return "open";
        case CarePhase::done:
            return "done";
        case CarePhase::dropped:
            return "dropped";
    }
    return "unknown";
}

std::string_view care_kind_name(CareKind kind) {
    const auto index = static_cast<std::size_t>(kind);
    return index < kKindNames.size() ? kKindNames[index] : std::string_view("unknown");
}

std::optional<CareKind> read_care_kind(std::string_view name) {
    const auto found = std::ranges::find(kKindNames, name);
    if (found == kKindNames.end()) return std::nullopt;
    return static_cast<CareKind>(found - kKindNames.begin());
}

CareTexts changed(CareTexts texts, const CareTerms& terms) {
    if (terms.staff) texts.staff = *terms.staff;
    if (terms.note) texts.note = *terms.note;
    return texts;
}

std::string encode_care_texts(const CareTexts& texts) {
    static_assert(kMaxCareNoteBytes <= UINT8_MAX, "a text's length is a byte");
    std::string bytes;
    for (const std::string* text : {&texts.staff, &texts.note}) {
        bytes += static_cast<char>(static_cast<unsigned char>(text->size()));
        bytes += *text;
    }
    return bytes;
}

Result<CareTexts> decode_care_texts(std::string_view bytes) {
    CareTexts texts;
    std::size_t most = kMaxStaffBytes;
    for (std::string* text : {&texts.staff, &texts.note}) {
        const std::size_t length = bytes.empty() ? SIZE_MAX : static_cast<unsigned char>(bytes.front());
        if (length > most || bytes.size() - 1 < length)
            return failure(ErrorKind::corrupt, "the texts of a task of care cannot be read");
        *text = bytes.substr(1, length);
        bytes.remove_prefix(1 + length);
        most = kMaxCareNoteBytes;
    }
    if (!bytes.empty()) return failure(ErrorKind::corrupt, "the texts of a task of care cannot be read");
    return texts;
}

}  // namespace tim::model
