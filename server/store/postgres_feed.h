#ifndef KEYWARD_SERVER_STORE_POSTGRES_FEED_H_
#define KEYWARD_SERVER_STORE_POSTGRES_FEED_H_

#include <chrono>
#include <cstdint>
#include <thread>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/postgres_session.h"
#include "server/sync/mutex.h"

namespace keyward::store {

// Asks a database several times a second how many changes there were, and which, and tells a
// listener. While it cannot be reached nothing is told; after that, what came meanwhile.
class PostgresFeed {
 public:
  static constexpr std::chrono::milliseconds kBetweenLooks{250};
  // Of changes that are kept for whoever was cut off. Who has missed more is told that anything may
  // have changed.
  static constexpr int64_t kKept = 100'000;

  PostgresFeed(PostgresAddress address, absl::Duration timeout, KeyStore::ChangeListener listener);
  ~PostgresFeed();

  PostgresFeed(const PostgresFeed&) = delete;
  PostgresFeed& operator=(const PostgresFeed&) = delete;

 private:
  void Loop();
  // Whether the feed is to end.
  bool WaitForNextLook();
  void Look();
  void Follow(int64_t last);
  void TellAll(int64_t last);

  PostgresSession session_;
  const KeyStore::ChangeListener listener_;
  int64_t seen_ = -1;  // the thread's own; -1 where it was never told
  int64_t forgotten_at_ = 0;

  sync::Mutex mutex_;
  sync::CondVar ended_changed_;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_FEED_H_
