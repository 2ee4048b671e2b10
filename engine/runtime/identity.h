#pragma once

#include <functional>
#include <mutex>
#include <optional>

#include "engine/core/attempt_book.h"
#include "engine/core/state.h"
#include "engine/runtime/identity_queries.h"
#include "engine/runtime/password.h"
#include "engine/runtime/seams.h"
#include "storage/vault.h"

namespace tim::runtime {

/// What Identity asks of the engine.
struct IdentityHooks {
    std::function<Result<model::CustomerId>(const core::ProgramState&, const model::CustomerRef&)> resolve;
    /// Carries a command out and waits until it is durable.
    std::function<Result<model::Outcome>(const model::Command&)> execute;
    /// The key that seals what is a person's; not_found: it was destroyed.
    std::function<Result<storage::SecretKey>(model::ProgramId, model::CustomerId)> secret;
    /// The blob of a customer's newest password_set; none: there is no password.
    std::function<std::optional<model::Bytes>(model::Subject)> newest_password;
};

/// See IdentityQueries. Nothing here is on the way of a sale.
class Identity final : public IdentityQueries {
  public:
    Identity(const core::State& state, const storage::Vault& vault, Clock& clock, Entropy& entropy,
             IdentityHooks hooks);

    Result<OneTimeCode> issue_code(model::ProgramId program, const model::CustomerRef& key,
                                   core::ChallengePurpose purpose, const RequestId& request) override;
    Result<CodeVerdict> verify_code(model::ProgramId program, const model::CustomerRef& key,
                                    core::ChallengePurpose purpose, std::string_view code,
                                    const RequestId& request) override;
    Result<PasswordVerdict> set_password(model::ProgramId program, const model::CustomerRef& customer,
                                         std::string_view password, const RequestId& request,
                                         std::uint32_t actor) override;
    Result<PasswordVerdict> check_password(model::ProgramId program, const model::CustomerRef& customer,
                                           std::string_view password) override;

  private:
    Result<core::ChallengeKey> challenge_of(model::ProgramId program, const model::CustomerRef& key,
                                            core::ChallengePurpose purpose) const;
    std::array<char, kOneTimeCodeDigits> code_of(const core::ChallengeKey& key, const RequestId& request,
                                                 model::Instant at) const;
    Result<model::CustomerId> find(model::ProgramId program, const model::CustomerRef& customer) const;

    const core::State& state_;
    Clock& clock_;
    Entropy& entropy_;
    const IdentityHooks hooks_;
    storage::SecretKey secret_{};  ///< made of the engine's
    std::mutex mutex_;             ///< guards the books
    core::ChallengeBook book_;
    core::AttemptBook attempts_;
};

}  // namespace tim::runtime
