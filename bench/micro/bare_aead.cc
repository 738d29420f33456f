#include "bench/micro/bare_aead.h"

#include <openssl/aead.h>
#include <openssl/rand.h>

#include <cstdlib>

namespace keyward::bench {
namespace {

const uint8_t* Bytes(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

void Init(EVP_AEAD_CTX* context, std::string_view key) {
  if (!EVP_AEAD_CTX_init(context, EVP_aead_aes_256_gcm(), Bytes(key), key.size(),
                         BareAead::kTagBytes, nullptr)) {
    std::abort();
  }
}

void SealWith(const EVP_AEAD_CTX* context, std::string_view plaintext, uint8_t* out) {
  RAND_bytes(out, BareAead::kNonceBytes);
  size_t written = 0;
  if (!EVP_AEAD_CTX_seal(context, out + BareAead::kNonceBytes, &written,
                         plaintext.size() + BareAead::kTagBytes, out, BareAead::kNonceBytes,
                         Bytes(plaintext), plaintext.size(), nullptr, 0)) {
    std::abort();
  }
}

}  // namespace

struct BareAead::Context {
  EVP_AEAD_CTX aead;
};

BareAead::BareAead(std::string_view key) : context_(std::make_unique<Context>()) {
  Init(&context_->aead, key);
}

BareAead::~BareAead() { EVP_AEAD_CTX_cleanup(&context_->aead); }

void BareAead::Seal(std::string_view plaintext, uint8_t* out) const {
  SealWith(&context_->aead, plaintext, out);
}

bool BareAead::Open(std::string_view box, uint8_t* out) const {
  size_t written = 0;
  const std::string_view sealed = box.substr(kNonceBytes);
  return EVP_AEAD_CTX_open(&context_->aead, out, &written, sealed.size() - kTagBytes, Bytes(box),
                           kNonceBytes, Bytes(sealed), sealed.size(), nullptr, 0);
}

void BareSealWithKeySetUp(std::string_view key, std::string_view plaintext, uint8_t* out) {
  EVP_AEAD_CTX context;
  Init(&context, key);
  SealWith(&context, plaintext, out);
  EVP_AEAD_CTX_cleanup(&context);
}

}  // namespace keyward::bench
