#ifndef KEYWARD_SERVER_STORE_POSTGRES_FEED_H_
#define KEYWARD_SERVER_STORE_POSTGRES_FEED_H_

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "server/store/key_store.h"
#include "server/store/postgres_session.h"

namespace keyward::store {

// Asks a database how many changes there were, and which, and tells a listener: at each notice
// (LISTEN), where the server has them, and several times a second in any case. While it cannot be
// reached nothing is told; after that, what came meanwhile.
class PostgresFeed {
 public:
  // Of changes that are kept for whoever was cut off. Who has missed more is told that anything may
  // have changed.
  static constexpr int64_t kKept = 100'000;

  // `between_looks`: the longest time from one look to the next.
  PostgresFeed(PostgresAddress address, absl::Duration timeout, absl::Duration between_looks,
               KeyStore::ChangeListener listener);
  ~PostgresFeed();

  PostgresFeed(const PostgresFeed&) = delete;
  PostgresFeed& operator=(const PostgresFeed&) = delete;

 private:
  void Loop();
  void Look();
  void Follow(int64_t last);
  void TellAll(int64_t last);

  const absl::Duration between_looks_;
  PostgresSession session_;
  const KeyStore::ChangeListener listener_;
  std::string host_;   // the thread's own, like the two below: who has told
  int64_t seen_ = -1;  // -1 where it was never told
  int64_t forgotten_at_ = 0;

  std::atomic<bool> ended_ = false;
  const int wake_;  // an eventfd; readable once the feed is to end
  std::thread thread_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_FEED_H_
