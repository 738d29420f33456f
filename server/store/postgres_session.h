#ifndef KEYWARD_SERVER_STORE_POSTGRES_SESSION_H_
#define KEYWARD_SERVER_STORE_POSTGRES_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/store/key_store.h"
#include "server/store/postgres_connection.h"

namespace keyward::store {

// The statement by which a session is set up: what is acknowledged is on disk, rows are found by
// their keys, and who is cut off holds no lock for longer than `timeout`.
std::string SessionSettings(absl::Duration timeout);

// A connection that is opened when it is needed, and anew after an error. While that fails, it is
// tried again after a pause that grows to kMaxPause, and calls in between fail at once. For one
// thread at a time.
class PostgresSession {
 public:
  static constexpr absl::Duration kMinPause = absl::Milliseconds(50);
  static constexpr absl::Duration kMaxPause = absl::Seconds(1);

  enum class Notices { kPassedOver, kListenedTo };

  PostgresSession(PostgresAddress address, absl::Duration timeout,
                  Notices notices = Notices::kPassedOver)
      : address_(std::move(address)), timeout_(timeout), notices_(notices) {}

  // Connects unless it is connected; errors as of PostgresConnection::Open and
  // MigratePostgresSchema.
  absl::Status Connect();

  // Statements in a round trip of their own.
  absl::StatusOr<PostgresResult> Run(const PostgresStatement& statement,
                                     const PostgresParams& params = {});
  // BEGIN, what `body` sends and reads (it ends with everything read), and COMMIT; done again, and
  // all of it, where the server asks for that. After an error nothing is stored, or, where the
  // answer to COMMIT was lost, all of it.
  absl::Status Transact(absl::FunctionRef<absl::Status(PostgresConnection&)> body);

  // Of the connection that it has, or had last; empty before the first.
  const std::string& host() const { return host_; }
  // Whether the server takes sql::kNotify; while it is connected.
  bool can_notify() const { return can_notify_; }
  // Waits until `wake` can be read, that time is over (no more than kMaxPause while it is not
  // connected), or a notice has come, where the server has them and they are listened to.
  void AwaitNotice(int wake, absl::Duration time);

  // As of KeyStore, but nothing is refused or left out; several users in any order, each once.
  absl::StatusOr<std::vector<UserKeys>> FindAsStored(const std::vector<std::string>& user_ids);
  absl::StatusOr<std::vector<UserKeys>> PageAsStored(const std::string& after, int limit);

 private:
  absl::Status Open();

  const PostgresAddress address_;
  const absl::Duration timeout_;
  const Notices notices_;
  bool can_notify_ = false;
  std::string host_;
  std::unique_ptr<PostgresConnection> connection_;
  absl::Duration pause_ = kMinPause;
  absl::Time try_again_ = absl::InfinitePast();
  absl::Status last_failure_;
  absl::BitGen chance_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_SESSION_H_
