#include "engine/runtime/identity.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstring>
#include <utility>

#include "engine/core/invariant.h"
#include "engine/model/keys.h"
#include "engine/runtime/seal.h"

namespace tim::runtime {

using core::ChallengeState;
using model::ErrorKind;
using model::failure;

namespace {

using Digest = std::array<std::uint8_t, 32>;

Digest keyed_digest(const storage::SecretKey& secret, std::span<const std::uint8_t> bytes) {
    Digest digest{};
    unsigned int size = 0;
    const auto* const made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes.data(),
                                  bytes.size(), digest.data(), &size);
    TIM_INVARIANT(made != nullptr && size == digest.size(), "a keyed digest cannot fail");
    return digest;
}

template <class Value>
void append(std::vector<std::uint8_t>& bytes, const Value& value) {
    const auto* const begin = reinterpret_cast<const std::uint8_t*>(&value);
    bytes.insert(bytes.end(), begin, begin + sizeof value);
}

}  // namespace

Identity::Identity(const core::State& state, const storage::Vault& vault, Clock& clock, Entropy& entropy,
                   IdentityHooks hooks)
    : state_(state), clock_(clock), entropy_(entropy), hooks_(std::move(hooks)) {
    constexpr std::string_view kWhat = "tim-one-time-codes-1";
    const auto* const text = reinterpret_cast<const std::uint8_t*>(kWhat.data());
    secret_ = keyed_digest(vault.engine_secret(), {text, kWhat.size()});
}

Result<core::ChallengeKey> Identity::challenge_of(model::ProgramId program, const model::CustomerRef& key,
                                                  core::ChallengePurpose purpose) const {
    if (state_.program(program) == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    if (key.kind != model::KeyKind::phone && key.kind != model::KeyKind::email)
        return failure(ErrorKind::invalid, "key: codes are sent to a phone or an email");
    const auto normal = model::normalize_key(key.kind, key.text);
    if (!normal) return failure(ErrorKind::invalid, "key: " + normal.error().message);
    return core::ChallengeKey{program, purpose, state_.hashing.key(normal->kind, normal->text)};
}

std::array<char, kOneTimeCodeDigits> Identity::code_of(const core::ChallengeKey& key,
                                                       const RequestId& request, model::Instant at) const {
    std::vector<std::uint8_t> bytes;
    append(bytes, key.program.value);
    append(bytes, key.purpose);
    append(bytes, key.key.high);
    append(bytes, key.key.low);
    append(bytes, key.key.kind);
    append(bytes, at.value);
    bytes.insert(bytes.end(), request.begin(), request.end());
    const Digest digest = keyed_digest(secret_, bytes);
    std::uint64_t number = 0;
    std::memcpy(&number, digest.data(), sizeof number);
    std::array<char, kOneTimeCodeDigits> code{};
    for (char& digit : code) {
        digit = static_cast<char>('0' + number % 10);
        number /= 10;
    }
    return code;
}

Result<OneTimeCode> Identity::issue_code(model::ProgramId program, const model::CustomerRef& key,
                                         core::ChallengePurpose purpose, const RequestId& request) {
    const auto challenge = challenge_of(program, key, purpose);
    if (!challenge) return tl::unexpected(challenge.error());
    const model::Instant now = clock_.now();
    core::ChallengeBook::Begun begun;
    {
        const std::scoped_lock lock(mutex_);
        begun = book_.begin(*challenge, request, now);
    }
    OneTimeCode issued{begun.state, begun.duplicate, {}, model::kNoInstant, begun.wait_ms};
    if (begun.state != ChallengeState::issued) return issued;
    const auto code = code_of(*challenge, request, begun.at);
    issued.code.assign(code.begin(), code.end());
    issued.ends_at = {begun.at.value + core::kChallengeLifeMs};
    return issued;
}

Result<CodeVerdict> Identity::verify_code(model::ProgramId program, const model::CustomerRef& key,
                                          core::ChallengePurpose purpose, std::string_view code,
                                          const RequestId& request) {
    const auto challenge = challenge_of(program, key, purpose);
    if (!challenge) return tl::unexpected(challenge.error());
    const model::Instant now = clock_.now();
    CodeVerdict verdict;
    {
        // Compared under the lock: of several who bring the right code at a time one is the first.
        const std::scoped_lock lock(mutex_);
        const auto open = book_.find(*challenge, request, now);
        verdict.state = open.state;
        verdict.duplicate = open.duplicate;
        if (open.state == ChallengeState::issued) {
            const auto expected = code_of(*challenge, open.begun_by, open.at);
            const bool right = code.size() == expected.size() &&
                               CRYPTO_memcmp(code.data(), expected.data(), expected.size()) == 0;
            const auto judged = book_.judge(*challenge, request, right);
            verdict.state = judged.state;
            verdict.tries_left = judged.tries_left;
        }
    }
    if (verdict.state == ChallengeState::verified)
        verdict.customer = hooks_.resolve(*state_.program(program), key).value_or(model::CustomerId{});
    return verdict;
}

Result<model::CustomerId> Identity::find(model::ProgramId program, const model::CustomerRef& customer) const {
    const core::ProgramState* const state = state_.program(program);
    if (state == nullptr) return failure(ErrorKind::not_found, "there is no such program");
    return hooks_.resolve(*state, customer);
}

Result<PasswordVerdict> Identity::set_password(model::ProgramId program, const model::CustomerRef& customer,
                                               std::string_view password, const RequestId& request,
                                               std::uint32_t actor) {
    if (password.size() < kLeastPasswordBytes || password.size() > kMostPasswordBytes)
        return failure(ErrorKind::invalid,
                       fmt::format("password: it has {} bytes; {} to {} are allowed", password.size(),
                                   kLeastPasswordBytes, kMostPasswordBytes));
    const auto found = find(program, customer);
    if (!found) return tl::unexpected(found.error());
    const auto key = hooks_.secret(program, *found);
    if (!key) return tl::unexpected(key.error());
    PasswordSalt salt{};
    entropy_.fill(salt);
    SealNonce nonce{};
    entropy_.fill(nonce);
    const model::Bytes sealed = seal(*key, nonce, make_verifier(password, salt));
    model::Command command;
    command.kind = model::CommandKind::set_password;
    command.program = program;
    command.customer = {model::KeyKind::id, *found, {}};
    command.name = model::Name::request(request);
    command.actor = actor;
    command.reason = {reinterpret_cast<const char*>(sealed.data()), sealed.size()};
    const auto outcome = hooks_.execute(command);
    if (!outcome) return tl::unexpected(outcome.error());
    const bool set = outcome->refusal == model::Refusal::none;
    if (set) {
        const std::scoped_lock lock(mutex_);
        attempts_.passed(model::Subject::customer(program, *found).packed);
    }
    return PasswordVerdict{set ? PasswordState::set : PasswordState::refused, 0, *found, *outcome};
}

Result<PasswordVerdict> Identity::check_password(model::ProgramId program, const model::CustomerRef& customer,
                                                 std::string_view password) {
    const auto found = find(program, customer);
    if (!found) return tl::unexpected(found.error());
    const model::Subject subject = model::Subject::customer(program, *found);
    {
        const std::scoped_lock lock(mutex_);
        const std::int64_t wait = attempts_.wait_ms(subject.packed, clock_.now());
        if (wait > 0) return PasswordVerdict{PasswordState::locked, wait, {}, {}};
    }
    const auto sealed = hooks_.newest_password(subject);
    const auto key = sealed ? hooks_.secret(program, *found) : Result<storage::SecretKey>();
    if (!sealed || (!key && key.error().kind == ErrorKind::not_found)) return PasswordVerdict{};
    if (!key) return tl::unexpected(key.error());
    const auto verifier = unseal(*key, *sealed);
    if (!verifier) return tl::unexpected(verifier.error());
    const bool right = password.size() <= kMostPasswordBytes && is_password(*verifier, password);
    const std::scoped_lock lock(mutex_);
    if (!right) {
        attempts_.failed(subject.packed, clock_.now());
        return PasswordVerdict{PasswordState::wrong, 0, {}, {}};
    }
    attempts_.passed(subject.packed);
    return PasswordVerdict{PasswordState::right, 0, *found, {}};
}

}  // namespace tim::runtime
