#include "server/store/postgres_session.h"

#include <poll.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/errors/errors.h"
#include "server/store/postgres_rows.h"
#include "server/store/postgres_schema.h"
#include "server/store/postgres_statements.h"

namespace keyward::store {
namespace {

// How often a transaction is repeated that met others head on.
constexpr int kTries = 10;

}  // namespace

// What is acknowledged is on the server's disk, and on a synchronous standby's. Whatever the
// server's statistics say of a table that has just begun to grow, rows are found by their keys. A
// client that is cut off holds no lock for long. Engines that do not know a setting are not asked
// for it.
std::string SessionSettings(absl::Duration timeout) {
  const int64_t millis = absl::ToInt64Milliseconds(timeout);
  return absl::StrCat(
      "SELECT set_config(s.name, v.setting, false) FROM pg_settings s JOIN (VALUES"
      " ('enable_seqscan', 'off'), ('enable_hashjoin', 'off'), ('enable_mergejoin', 'off'),"
      " ('statement_timeout', '",
      millis, "'), ('lock_timeout', '", millis,
      "'),"
      " ('idle_in_transaction_session_timeout', '",
      millis,
      "'), ('synchronous_commit', 'on'))"
      " AS v(name, setting) ON v.name = s.name WHERE s.name <> 'synchronous_commit'"
      " OR s.setting IN ('off', 'local', 'remote_write')");
}

absl::Status PostgresSession::Connect() {
  if (connection_ != nullptr && !connection_->broken()) return absl::OkStatus();
  connection_.reset();
  if (absl::Now() < try_again_) return last_failure_;
  last_failure_ = Open();
  if (last_failure_.ok()) {
    pause_ = kMinPause;
    return absl::OkStatus();
  }
  connection_.reset();
  // Spread, so that replicas do not come back all at once.
  try_again_ = absl::Now() + pause_ * absl::Uniform(chance_, 0.5, 1.0);
  pause_ = std::min(2 * pause_, kMaxPause);
  return last_failure_;
}

absl::Status PostgresSession::Open() {
  auto opened = PostgresConnection::Open(address_, timeout_);
  if (!opened.ok()) return opened.status();
  connection_ = *std::move(opened);
  host_ = connection_->host();
  if (auto set = connection_->Execute(SessionSettings(timeout_).c_str()); !set.ok())
    return set.status();
  if (absl::Status schema = MigratePostgresSchema(*connection_, absl::Now()); !schema.ok()) {
    return schema;
  }
  can_notify_ = connection_->Takes(sql::kTryNotify);
  if (can_notify_ && notices_ == Notices::kListenedTo) connection_->Takes(sql::kListen);
  if (absl::Status prepared = connection_->Prepare(sql::All()); !prepared.ok()) return prepared;
  return can_notify_ ? connection_->Prepare({&sql::kNotify, 1}) : absl::OkStatus();
}

void PostgresSession::AwaitNotice(int wake, absl::Duration time) {
  if (connection_ != nullptr && connection_->AwaitNotice(wake, time)) return;
  pollfd woken{.fd = wake, .events = POLLIN, .revents = 0};
  poll(&woken, 1, static_cast<int>(absl::ToInt64Milliseconds(std::min(time, kMaxPause))));
}

absl::StatusOr<PostgresResult> PostgresSession::Run(const PostgresStatement& statement,
                                                    const PostgresParams& params) {
  for (int tries = 1;; ++tries) {
    if (absl::Status connected = Connect(); !connected.ok()) return connected;
    connection_->Send(statement, params);
    auto results = connection_->Finish();
    if (results.ok()) return std::move(results->front());
    if (!absl::IsAborted(results.status())) return results.status();
    if (tries == kTries) return errors::StoreUnavailable("transactions meet head on too often");
  }
}

absl::Status PostgresSession::Transact(absl::FunctionRef<absl::Status(PostgresConnection&)> body) {
  for (int tries = 1;; ++tries) {
    if (absl::Status connected = Connect(); !connected.ok()) return connected;
    connection_->Send(sql::kBegin);
    absl::Status done = body(*connection_);
    if (done.ok()) {
      connection_->Send(sql::kCommit);
      done = connection_->Finish().status();
    }
    if (done.ok()) return done;
    connection_->Rollback();
    if (!absl::IsAborted(done)) return done;
    if (tries == kTries) return errors::StoreUnavailable("transactions meet head on too often");
  }
}

absl::StatusOr<std::vector<UserKeys>> PostgresSession::FindAsStored(
    const std::vector<std::string>& user_ids) {
  auto rows = Run(sql::kFind, PostgresParams().Texts(user_ids));
  if (!rows.ok()) return rows.status();
  return UsersOf(*rows);
}

absl::StatusOr<std::vector<UserKeys>> PostgresSession::PageAsStored(const std::string& after,
                                                                    int limit) {
  auto rows = Run(sql::kPage, PostgresParams().Text(after).Int(std::max(limit, 0)));
  if (!rows.ok()) return rows.status();
  return UsersOf(*rows);
}

}  // namespace keyward::store
