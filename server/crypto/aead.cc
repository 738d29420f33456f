#include "server/crypto/aead.h"

#include <openssl/aead.h>
#include <openssl/mem.h>

#include <cstdint>
#include <cstdlib>

namespace keyward::crypto {
namespace {

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

// A key schedule on the stack, wiped when it ends: BoringSSL's own clean-up leaves it there.
class Context {
 public:
  explicit Context(const SecretBytes& key) {
    const std::string_view bytes = key.ExposeSecret();
    if (bytes.size() != kKeyBytes ||
        !EVP_AEAD_CTX_init(&context_, EVP_aead_aes_256_gcm(), Bytes(bytes), bytes.size(), kTagBytes,
                           nullptr)) {
      std::abort();
    }
  }
  ~Context() {
    EVP_AEAD_CTX_cleanup(&context_);
    OPENSSL_cleanse(&context_, sizeof(context_));
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const EVP_AEAD_CTX* get() const { return &context_; }

 private:
  EVP_AEAD_CTX context_;
};

}  // namespace

void AeadSeal(const SecretBytes& key, std::string_view nonce, std::string_view plaintext,
              std::string_view associated_data, char* out) {
  const Context context(key);
  size_t written = 0;
  const size_t size = plaintext.size() + kTagBytes;
  if (nonce.size() != kNonceBytes ||
      !EVP_AEAD_CTX_seal(context.get(), reinterpret_cast<uint8_t*>(out), &written, size, Bytes(nonce),
                         nonce.size(), Bytes(plaintext), plaintext.size(), Bytes(associated_data),
                         associated_data.size())) {
    std::abort();
  }
}

bool AeadOpen(const SecretBytes& key, std::string_view nonce, std::string_view sealed,
              std::string_view associated_data, char* out) {
  if (nonce.size() != kNonceBytes || sealed.size() < kTagBytes) return false;
  const Context context(key);
  size_t written = 0;
  return EVP_AEAD_CTX_open(context.get(), reinterpret_cast<uint8_t*>(out), &written,
                           sealed.size() - kTagBytes, Bytes(nonce), nonce.size(), Bytes(sealed),
                           sealed.size(), Bytes(associated_data), associated_data.size());
}

std::string SealBox(const SecretBytes& key, std::string_view plaintext,
                    std::string_view associated_data, Random& random) {
  std::string box(plaintext.size() + kBoxOverhead, '\0');
  random.Fill({reinterpret_cast<uint8_t*>(box.data()), kNonceBytes});
  AeadSeal(key, std::string_view(box).substr(0, kNonceBytes), plaintext, associated_data,
           box.data() + kNonceBytes);
  return box;
}

std::optional<std::string> OpenBox(const SecretBytes& key, std::string_view box,
                                   std::string_view associated_data) {
  if (box.size() < kBoxOverhead) return std::nullopt;
  std::string plaintext(box.size() - kBoxOverhead, '\0');
  if (!AeadOpen(key, box.substr(0, kNonceBytes), box.substr(kNonceBytes), associated_data,
                plaintext.data())) {
    return std::nullopt;
  }
  return plaintext;
}

std::optional<SecretBytes> OpenSecretBox(const SecretBytes& key, std::string_view box,
                                         std::string_view associated_data) {
  if (box.size() < kBoxOverhead) return std::nullopt;
  bool opened = false;
  SecretBytes secret(box.size() - kBoxOverhead, [&](absl::Span<uint8_t> out) {
    opened = AeadOpen(key, box.substr(0, kNonceBytes), box.substr(kNonceBytes), associated_data,
                      reinterpret_cast<char*>(out.data()));
  });
  if (!opened) return std::nullopt;
  return secret;
}

}  // namespace keyward::crypto
