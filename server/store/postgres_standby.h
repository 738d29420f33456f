#ifndef KEYWARD_SERVER_STORE_POSTGRES_STANDBY_H_
#define KEYWARD_SERVER_STORE_POSTGRES_STANDBY_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "server/store/key_store.h"
#include "server/store/postgres_connection.h"
#include "server/sync/mutex.h"

namespace keyward::store {

// Reads from a hot standby of the database, so that its primary need not. A standby follows late:
// what it says is taken only where it has come as far as the primary had.
//
// Connections are opened in the background. Who reads waits for none: without one there is no
// answer. Thread-safe.
class PostgresStandby {
 public:
  // `timeout`: of each answer; who waits in vain asks the primary then.
  PostgresStandby(PostgresAddress address, absl::Duration timeout, int connections);
  ~PostgresStandby();

  PostgresStandby(const PostgresStandby&) = delete;
  PostgresStandby& operator=(const PostgresStandby&) = delete;

  // What a standby has stored of these users, each of them distinct, in any order, where it knows
  // of the primary's change of number `last_change`: then it knows of all that was committed before
  // that one. Empty where it does not, or cannot be asked. A user who is not among them may still
  // be the primary's.
  std::vector<UserKeys> Find(const std::vector<std::string>& user_ids, int64_t last_change);

  KeyStore::StandbyReads reads() const { return {answered_, not_answered_}; }

 private:
  using Connection = std::unique_ptr<PostgresConnection>;

  void Loop();
  Connection Open() const;
  Connection Take();
  void GiveBack(Connection connection);

  const PostgresAddress address_;
  const absl::Duration timeout_;
  std::atomic<int64_t> answered_ = 0;
  std::atomic<int64_t> not_answered_ = 0;

  sync::Mutex mutex_;
  sync::CondVar changed_;
  std::vector<Connection> idle_ ABSL_GUARDED_BY(mutex_);
  int missing_ ABSL_GUARDED_BY(mutex_);  // connections that are to be opened
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_STANDBY_H_
