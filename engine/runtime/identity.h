#pragma once

#include <functional>
#include <mutex>

#include "engine/core/state.h"
#include "engine/runtime/identity_queries.h"
#include "engine/runtime/seams.h"
#include "storage/vault.h"

namespace tim::runtime {

/// See IdentityQueries. Nothing here is on the way of a sale.
class Identity final : public IdentityQueries {
  public:
    /// `find` tells whose key it is; 0: nobody's.
    using Find = std::function<model::CustomerId(const core::ProgramState&, const model::KeyDigest&)>;

    Identity(const core::State& state, const storage::Vault& vault, Clock& clock, Find find);

    Result<OneTimeCode> issue_code(model::ProgramId program, const model::CustomerRef& key,
                                   core::ChallengePurpose purpose, const RequestId& request) override;
    Result<CodeVerdict> verify_code(model::ProgramId program, const model::CustomerRef& key,
                                    core::ChallengePurpose purpose, std::string_view code,
                                    const RequestId& request) override;

  private:
    Result<core::ChallengeKey> challenge_of(model::ProgramId program, const model::CustomerRef& key,
                                            core::ChallengePurpose purpose) const;
    std::array<char, kOneTimeCodeDigits> code_of(const core::ChallengeKey& key, const RequestId& request,
                                                 model::Instant at) const;

    const core::State& state_;
    Clock& clock_;
    const Find find_;
    storage::SecretKey secret_{};  ///< made of the engine's
    std::mutex mutex_;
    core::ChallengeBook book_;  ///< guarded by mutex_
};

}  // namespace tim::runtime
