#ifndef KEYWARD_SERVER_KEYRING_MESSAGE_COUNTER_H_
#define KEYWARD_SERVER_KEYRING_MESSAGE_COUNTER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "server/keyring/clock.h"
#include "server/store/key_store.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// Counts the messages that each version of a user's key has sealed under random 96-bit nonces, of
// which 2^32 are safe (NIST SP 800-38D, 8.3), by sampling: a message whose nonce begins with twelve
// zero bits, one in 4096, counts as 4096. Thread-safe.
//
// With n messages the number of samples is binomial, so the estimate has no bias and a standard
// deviation of sqrt(n * 4095), about 64 * sqrt(n): at 2^32 messages 2^22, a thousandth of them. The
// first twelve bits of a nonce are the first two characters of a v2 token after its prefix: a
// message that is no sample costs to look at these, and nothing else.
//
// A thread of its own adds the samples to what is stored, every few seconds; a crash loses those of
// the last few seconds. What the store cannot take is kept for later, of up to kMaxUsers users at
// once. Where the store's answer was lost though it had committed, samples count twice: the
// estimate is then too high, the safe side. v3 tokens are not counted, and neither is what others
// seal with a key that they exported.
class MessageCounter {
 public:
  static constexpr int64_t kMessagesPerSample = 4096;
  static constexpr size_t kMaxUsers = 100'000;

  // Is shown what is stored of a user whose count has grown. It runs on the counter's thread.
  using Observer = std::function<void(const store::UserKeys&)>;

  // All must outlive it.
  MessageCounter(store::KeyStore& store, const Clock& clock, Observer observer);
  // Stores what it holds, where the store takes it.
  ~MessageCounter() = default;

  // A token was sealed under that version of the user's key.
  void Count(std::string_view token, std::string_view user_id, uint32_t version) {
    if (token.starts_with(kSample)) Add(user_id, version);
  }

 private:
  static constexpr std::string_view kSample = "v2:AA";  // base64url: A stands for six zero bits

  using Samples = std::map<uint32_t, int64_t>;  // by version
  using SamplesOfUsers = absl::flat_hash_map<std::string, Samples>;

  void Add(std::string_view user_id, uint32_t version);
  void Run(const std::stop_token& stop);
  void StoreAll();
  // Drops from `samples` those of these users that it has stored, or that never can be; false where
  // the store is unavailable.
  bool StoreSome(const std::vector<std::string>& user_ids, SamplesOfUsers& samples);
  void KeepForLater(const SamplesOfUsers& samples);

  store::KeyStore& store_;
  const Clock& clock_;
  const Observer observer_;

  sync::Mutex mutex_;
  SamplesOfUsers samples_ ABSL_GUARDED_BY(mutex_);

  std::jthread thread_;  // last, so that it has ended before anything else goes
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_MESSAGE_COUNTER_H_
