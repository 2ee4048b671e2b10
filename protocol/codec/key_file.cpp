// Key files: declared in scram.h.
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "protocol/codec/scram.h"

namespace tim::codec {

namespace {

using model::ErrorKind;
using model::failure;

constexpr std::string_view kMagic = "tim-key-1";
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// A line of two words and 43 digits; more is no key file.
constexpr std::size_t kMaxFileBytes = 256;

std::string encode_base64url(std::span<const std::uint8_t> bytes) {
    std::string text;
    std::uint32_t bits = 0;
    int count = 0;
    for (const std::uint8_t byte : bytes) {
        bits = bits << 8 | byte;
        for (count += 8; count >= 6; count -= 6)
            text += kAlphabet[bits >> (count - 6) & 63];
    }
    if (count > 0) text += kAlphabet[bits << (6 - count) & 63];
    return text;
}

/// Exactly the bytes of `out`, in the one way in which they are written.
bool decode_base64url(std::string_view text, std::span<std::uint8_t> out) {
    if (text.size() != (out.size() * 8 + 5) / 6) return false;
    std::uint32_t bits = 0;
    int count = 0;
    std::size_t written = 0;
    for (const char digit : text) {
        const std::size_t value = kAlphabet.find(digit);
        if (value == std::string_view::npos) return false;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out[written++] = static_cast<std::uint8_t>(bits >> count);
    }
    return (bits & ((1U << count) - 1)) == 0;
}

model::Error io_error(const std::filesystem::path& path, const char* what, int code) {
    return {ErrorKind::io,
            fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(code))};
}

std::string_view take_word(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

class File {
  public:
    explicit File(int descriptor) : descriptor_(descriptor) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

}  // namespace

std::string format_key_file(const AccessSecret& secret) {
    return fmt::format("{} {} {}\n", kMagic, secret.id, encode_base64url(secret.secret));
}

model::Result<AccessSecret> parse_key_file(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (take_word(text) != kMagic)
        return failure(ErrorKind::invalid, fmt::format("not a key file: it must begin with \"{} \"", kMagic));
    AccessSecret secret;
    secret.id = take_word(text);
    if (!model::is_access_key_id(secret.id))
        return failure(ErrorKind::invalid, "not a key file: its second word cannot name an access key");
    if (!decode_base64url(text, secret.secret))
        return failure(ErrorKind::invalid,
                       "not a key file: its third word must be a secret of 43 base64url characters");
    return secret;
}

model::Result<AccessSecret> read_key_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return tl::unexpected(io_error(path, "cannot be opened", errno));
    std::array<char, kMaxFileBytes + 1> bytes{};
    file.read(bytes.data(), bytes.size());
    if (file.bad()) return tl::unexpected(io_error(path, "cannot be read", errno));
    const auto count = static_cast<std::size_t>(file.gcount());
    auto secret = parse_key_file({bytes.data(), count});
    OPENSSL_cleanse(bytes.data(), bytes.size());
    if (!secret)
        return failure(secret.error().kind, fmt::format("{}: {}", path.string(), secret.error().message));
    return secret;
}

model::Result<void> write_key_file(const std::filesystem::path& path, const AccessSecret& secret) {
    const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return tl::unexpected(io_error(path, "cannot be made", errno));
    std::string text = format_key_file(secret);
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    const int write_error = errno;
    OPENSSL_cleanse(text.data(), text.size());
    if (written == static_cast<ssize_t>(text.size()) && ::fsync(file.get()) == 0) return {};
    const int code = written < 0                                    ? write_error
                     : written == static_cast<ssize_t>(text.size()) ? errno
                                                                    : ENOSPC;
    ::unlink(path.c_str());
    return tl::unexpected(io_error(path, "cannot be written", code));
}

}  // namespace tim::codec
