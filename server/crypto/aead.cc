#include "server/crypto/aead.h"

#include <openssl/aead.h>
#include <openssl/mem.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace keyward::crypto {
namespace {

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace

class AeadContext {
 public:
  static EVP_AEAD_CTX* Of(AeadKey& key) { return reinterpret_cast<EVP_AEAD_CTX*>(key.context_); }
  static const EVP_AEAD_CTX* Of(const AeadKey& key) {
    static_assert(sizeof(EVP_AEAD_CTX) <= sizeof(key.context_));
    static_assert(alignof(EVP_AEAD_CTX) <= 16);
    return reinterpret_cast<const EVP_AEAD_CTX*>(key.context_);
  }
};

AeadKey::AeadKey(const SecretBytes& key) : AeadKey(key.ExposeSecret()) {}

AeadKey::AeadKey(std::string_view key) {
  if (key.size() != kKeyBytes ||
      !EVP_AEAD_CTX_init(new (context_) EVP_AEAD_CTX, EVP_aead_aes_256_gcm(), Bytes(key),
                         key.size(), kTagBytes, nullptr)) {
    std::abort();
  }
}

AeadKey AeadKey::Unwrap(const AeadKey& wrapping, std::string_view box) {
  struct Key {
    char bytes[kKeyBytes];
    ~Key() { OPENSSL_cleanse(bytes, sizeof(bytes)); }
  } key;
  if (box.size() != kKeyBytes + kBoxOverhead ||
      !AeadOpen(wrapping, box.substr(0, kNonceBytes), box.substr(kNonceBytes), "", key.bytes)) {
    std::abort();
  }
  return AeadKey(std::string_view(key.bytes, kKeyBytes));
}

AeadKey::~AeadKey() {
  EVP_AEAD_CTX_cleanup(AeadContext::Of(*this));
  // The clean-up leaves the schedule where it is.
  OPENSSL_cleanse(context_, sizeof(context_));
}

void AeadSeal(const AeadKey& key, std::string_view nonce, std::string_view plaintext,
              std::string_view associated_data, char* out) {
  size_t written = 0;
  const size_t size = plaintext.size() + kTagBytes;
  if (nonce.size() != kNonceBytes ||
      !EVP_AEAD_CTX_seal(AeadContext::Of(key), reinterpret_cast<uint8_t*>(out), &written, size,
                         Bytes(nonce), nonce.size(), Bytes(plaintext), plaintext.size(),
                         Bytes(associated_data), associated_data.size())) {
    std::abort();
  }
}

bool AeadOpen(const AeadKey& key, std::string_view nonce, std::string_view sealed,
              std::string_view associated_data, char* out) {
  if (nonce.size() != kNonceBytes || sealed.size() < kTagBytes) return false;
  size_t written = 0;
  return EVP_AEAD_CTX_open(AeadContext::Of(key), reinterpret_cast<uint8_t*>(out), &written,
                           sealed.size() - kTagBytes, Bytes(nonce), nonce.size(), Bytes(sealed),
                           sealed.size(), Bytes(associated_data), associated_data.size());
}

void SealBox(const AeadKey& key, std::string_view plaintext, std::string_view associated_data,
             Random& random, char* box) {
  random.Fill({reinterpret_cast<uint8_t*>(box), kNonceBytes});
  AeadSeal(key, std::string_view(box, kNonceBytes), plaintext, associated_data, box + kNonceBytes);
}

std::string SealBox(const AeadKey& key, std::string_view plaintext,
                    std::string_view associated_data, Random& random) {
  std::string box(plaintext.size() + kBoxOverhead, '\0');
  SealBox(key, plaintext, associated_data, random, box.data());
  return box;
}

std::optional<std::string> OpenBox(const AeadKey& key, std::string_view box,
                                   std::string_view associated_data) {
  if (box.size() < kBoxOverhead) return std::nullopt;
  std::string plaintext(box.size() - kBoxOverhead, '\0');
  if (!AeadOpen(key, box.substr(0, kNonceBytes), box.substr(kNonceBytes), associated_data,
                plaintext.data())) {
    return std::nullopt;
  }
  return plaintext;
}

std::optional<SecretBytes> OpenSecretBox(const AeadKey& key, std::string_view box,
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
