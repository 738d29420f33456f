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
  changed_.NotifyAll();
}

void FakeClock::Wait(absl::Duration time, const std::stop_token& stop) const {
  const std::stop_callback wake(stop, [this] {
    sync::MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  sync::MutexLock lock(mutex_);
  const absl::Duration until = passed_ + time;
  ++waits_;
  changed_.NotifyAll();
  while (passed_ < until && !stop.stop_requested()) changed_.Wait(mutex_);
}

void FakeClock::AwaitWaits(int count) const {
  sync::MutexLock lock(mutex_);
  while (waits_ < count) changed_.Wait(mutex_);
}

}  // namespace keyward::keyring
