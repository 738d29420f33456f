#include "server/crypto/secret_bytes.h"

#include <openssl/mem.h>

#include <cstring>
#include <utility>

#include "server/crypto/locked_memory.h"

namespace keyward::crypto {

void Wipe(void* data, size_t size) { OPENSSL_cleanse(data, size); }

void Wipe(std::string& text) {
  Wipe(text.data(), text.size());
  text.clear();
}

SecretBytes::SecretBytes(size_t size, absl::FunctionRef<void(absl::Span<uint8_t>)> fill)
    : size_(size) {
  if (size_ == 0) return;
  data_ = LockedMemory::Process().Allocate(size_);
  fill(absl::MakeSpan(static_cast<uint8_t*>(data_), size_));
}

SecretBytes SecretBytes::CopyOf(std::string_view bytes) {
  return SecretBytes(bytes.size(), [&](absl::Span<uint8_t> out) {
    std::memcpy(out.data(), bytes.data(), bytes.size());
  });
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  if (this == &other) return *this;
  Release();
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

SecretBytes::~SecretBytes() { Release(); }

void SecretBytes::Release() {
  if (data_ != nullptr) LockedMemory::Process().Free(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

bool operator==(const SecretBytes& a, const SecretBytes& b) {
  return a.size_ == b.size_ && CRYPTO_memcmp(a.data_, b.data_, a.size_) == 0;
}

}  // namespace keyward::crypto
