#include "tests/keyring/known_keys.h"

#include <utility>
#include <vector>

namespace keyward::keyring {

std::string Counting(uint8_t first, size_t size) {
  std::string bytes;
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(first + i);
  return bytes;
}

crypto::SecretBytes ExampleKey() { return crypto::SecretBytes::CopyOf(Counting(0x20, 32)); }

crypto::SecretBytes OtherKek() { return crypto::SecretBytes::CopyOf(Counting(0x80, 32)); }

const MasterKeys& ExampleKeks() {
  static const MasterKeys& keks =
      *new MasterKeys(crypto::SecretBytes::CopyOf(Counting(0, 32)), {}, kDefaultPoolKeySalt);
  return keks;
}

const MasterKeys& TurnedOverKeks() {
  static const MasterKeys& keks = *[] {
    std::vector<crypto::SecretBytes> previous;
    previous.push_back(crypto::SecretBytes::CopyOf(Counting(0, 32)));
    return new MasterKeys(OtherKek(), std::move(previous), kDefaultPoolKeySalt);
  }();
  return keks;
}

void ExampleNonce::Fill(absl::Span<uint8_t> out) {
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<uint8_t>(0x40 + i);
}

absl::Time FakeClock::Now() const { return absl::FromUnixSeconds(1'700'000'000) + Monotonic(); }

absl::Duration FakeClock::Monotonic() const {
  sync::MutexLock lock(mutex_);
  return passed_;
}

void FakeClock::Advance(absl::Duration by) {
  sync::MutexLock lock(mutex_);
  passed_ += by;
}

}  // namespace keyward::keyring
