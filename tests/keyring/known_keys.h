#ifndef KEYWARD_TESTS_KEYRING_KNOWN_KEYS_H_
#define KEYWARD_TESTS_KEYRING_KNOWN_KEYS_H_

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "server/crypto/random.h"
#include "server/crypto/secret_bytes.h"
#include "server/keyring/clock.h"
#include "server/keyring/kek.h"
#include "server/sync/mutex.h"

// The keys of docs/FORMATS.md's worked example, and time and chance that tests rule.
namespace keyward::keyring {

// `size` bytes that count up from `first`.
std::string Counting(uint8_t first, size_t size);

// The example's KEK holds the bytes 00 to 1f, in base64:
inline constexpr std::string_view kKek = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
inline constexpr std::string_view kKekId = "f37b81e55fd85701";
// The data key holds 20 to 3f, the nonce of whatever it or the KEK seals 40 to 4b.
crypto::SecretBytes ExampleKey();

crypto::SecretBytes OtherKek();

// The example's KEK alone; made once, since the pool's key takes its time.
const MasterKeys& ExampleKeks();
// OtherKek as the current one, the example's as a previous one.
const MasterKeys& TurnedOverKeks();

// Writes 40, 41, 42 ….
class ExampleNonce : public crypto::Random {
 public:
  void Fill(absl::Span<uint8_t> out) override;
};

// A clock that stands still until a test moves it.
class FakeClock : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
  void Wait(absl::Duration time, const std::stop_token& stop) const override;

  // Those whose wait is over go on.
  void Advance(absl::Duration by);
  // Returns once `count` threads wait, or have waited, since the clock was made.
  void AwaitWaits(int count) const;

 private:
  mutable sync::Mutex mutex_;
  mutable sync::CondVar changed_;
  mutable int waits_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration passed_ ABSL_GUARDED_BY(mutex_) = absl::ZeroDuration();
};

}  // namespace keyward::keyring

#endif  // KEYWARD_TESTS_KEYRING_KNOWN_KEYS_H_
