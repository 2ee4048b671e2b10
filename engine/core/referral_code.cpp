#include "engine/core/referral_code.h"

namespace tim::core {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static_assert(kAlphabet.size() == 32, "five bits a character");
constexpr int kCheckBits = 13;
static_assert(kReferralCodeLength * 5 == Hashing::kPermutedBits && Hashing::kPermutedBits - kCheckBits == 47,
              "a sequence and the check fill a code");

int value_of(char c) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    const auto found = kAlphabet.find(c);
    return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

}  // namespace

std::string referral_code(const Hashing& hashing, model::ProgramId program, model::Sequence sale) {
    std::uint64_t word = hashing.permute(program, sale.value << kCheckBits);
    std::string code(kReferralCodeLength, '0');
    for (auto place = code.rbegin(); place != code.rend(); ++place, word >>= 5)
        *place = kAlphabet[word & 31];
    return code;
}

std::optional<model::Sequence> read_referral_code(const Hashing& hashing, model::ProgramId program,
                                                  std::string_view text) {
    std::uint64_t word = 0;
    std::size_t length = 0;
    for (const char c : text) {
        if (c == ' ' || c == '-') continue;
        const int value = value_of(c);
        if (value < 0 || ++length > kReferralCodeLength) return std::nullopt;
        word = word << 5 | static_cast<std::uint64_t>(value);
    }
    if (length != kReferralCodeLength) return std::nullopt;
    const std::uint64_t plain = hashing.permute_back(program, word);
    if ((plain & ((1U << kCheckBits) - 1)) != 0) return std::nullopt;
    return model::Sequence{plain >> kCheckBits};
}

}  // namespace tim::core
