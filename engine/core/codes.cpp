#include "engine/core/codes.h"

namespace tim::core {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static_assert(kAlphabet.size() == 32, "five bits a character");
constexpr int kKindBits = 13;
static_assert(kCodeLength * 5 == Hashing::kPermutedBits && Hashing::kPermutedBits - kKindBits == 47,
              "a sequence and the kind fill a code");

/// What a code is of: the low bits before the permutation.
enum class Kind : std::uint64_t { referral = 0, voucher = 1 };

int value_of(char c) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    const auto found = kAlphabet.find(c);
    return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

std::string write(const Hashing& hashing, model::ProgramId program, model::Sequence sequence, Kind kind) {
    const std::uint64_t plain = sequence.value << kKindBits | static_cast<std::uint64_t>(kind);
    std::uint64_t word = hashing.permute(program, plain);
    std::string code(kCodeLength, '0');
    for (auto place = code.rbegin(); place != code.rend(); ++place, word >>= 5)
        *place = kAlphabet[word & 31];
    return code;
}

std::optional<model::Sequence> read(const Hashing& hashing, model::ProgramId program, std::string_view text,
                                    Kind kind) {
    std::uint64_t word = 0;
    std::size_t length = 0;
    for (const char c : text) {
        if (c == ' ' || c == '-') continue;
        const int value = value_of(c);
        if (value < 0 || ++length > kCodeLength) return std::nullopt;
        word = word << 5 | static_cast<std::uint64_t>(value);
    }
    if (length != kCodeLength) return std::nullopt;
    const std::uint64_t plain = hashing.permute_back(program, word);
    if ((plain & ((1U << kKindBits) - 1)) != static_cast<std::uint64_t>(kind)) return std::nullopt;
    return model::Sequence{plain >> kKindBits};
}

}  // namespace

std::string referral_code(const Hashing& hashing, model::ProgramId program, model::Sequence sale) {
    return write(hashing, program, sale, Kind::referral);
}

std::optional<model::Sequence> read_referral_code(const Hashing& hashing, model::ProgramId program,
                                                  std::string_view text) {
    return read(hashing, program, text, Kind::referral);
}

std::string voucher_code(const Hashing& hashing, model::ProgramId program, model::Sequence issued) {
    return write(hashing, program, issued, Kind::voucher);
}

std::optional<model::Sequence> read_voucher_code(const Hashing& hashing, model::ProgramId program,
                                                 std::string_view text) {
    return read(hashing, program, text, Kind::voucher);
}

}  // namespace tim::core
