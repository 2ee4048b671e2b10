#include "engine/runtime/seal.h"

#include <openssl/evp.h>

#include <cstring>
#include <memory>

#include "engine/core/invariant.h"

namespace tim::runtime {

namespace {

struct FreeContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// Setting a context up costs more than sealing a profile: one a thread, used again.
EVP_CIPHER_CTX* cipher_context() {
    thread_local const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context(EVP_CIPHER_CTX_new());
    TIM_INVARIANT(context != nullptr, "memory for a cipher");
    return context.get();
}

unsigned char* octets(std::byte* bytes) {
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* octets(const std::byte* bytes) {
    return reinterpret_cast<const unsigned char*>(bytes);
}

}  // namespace

model::Bytes seal(const storage::SecretKey& key, const SealNonce& nonce, model::BytesView plain) {
    model::Bytes sealed(kSealNonceBytes + plain.size() + kSealTagBytes);
    std::memcpy(sealed.data(), nonce.data(), nonce.size());
    std::byte* const text = sealed.data() + kSealNonceBytes;
    int length = 0;
    int rest = 0;
    EVP_CIPHER_CTX* const context = cipher_context();
    const bool done =
        EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr, key.data(), nonce.data()) == 1 &&
        EVP_EncryptUpdate(context, octets(text), &length, octets(plain.data()),
                          static_cast<int>(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(context, octets(text) + length, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kSealTagBytes, text + plain.size()) == 1;
    TIM_INVARIANT(done, "sealing a profile cannot fail");
    return sealed;
}

model::Result<model::Bytes> unseal(const storage::SecretKey& key, model::BytesView sealed) {
    const auto refused = [] {
        return model::failure(model::ErrorKind::corrupt, "a sealed profile does not open with its key");
    };
    if (sealed.size() < kSealNonceBytes + kSealTagBytes) return refused();
    const std::size_t size = sealed.size() - kSealNonceBytes - kSealTagBytes;
    const std::byte* const text = sealed.data() + kSealNonceBytes;
    model::Bytes plain(size);
    std::array<std::byte, kSealTagBytes> tag{};
    std::memcpy(tag.data(), text + size, tag.size());
    int length = 0;
    int rest = 0;
    EVP_CIPHER_CTX* const context = cipher_context();
    const bool opened =
        EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nullptr, key.data(), octets(sealed.data())) == 1 &&
        EVP_DecryptUpdate(context, octets(plain.data()), &length, octets(text), static_cast<int>(size)) ==
            1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kSealTagBytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context, octets(plain.data()) + length, &rest) == 1;
    if (!opened) return refused();
    return plain;
}

}  // namespace tim::runtime
