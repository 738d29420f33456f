#ifndef KEYWARD_SERVER_STORE_POSTGRES_CONNECTION_H_
#define KEYWARD_SERVER_STORE_POSTGRES_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/store/postgres_params.h"

struct pg_conn;
struct pg_result;

namespace keyward::store {

struct PostgresAddress {
  std::string url;       // postgresql://…, without a password
  std::string password;  // empty: as libpq finds one (a passfile, PGPASSWORD), or none
};

// A statement that each connection prepares under its name.
struct PostgresStatement {
  const char* name;
  const char* sql;
};

// The rows of an answer, in binary format.
class PostgresResult {
 public:
  explicit PostgresResult(pg_result* result) : result_(result) {}

  int rows() const;
  bool IsNull(int row, int column) const;
  int64_t Int(int row, int column) const;  // of a bigint; 0 where it is null
  std::string Bytes(int row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

// A session with a PostgreSQL server. For one thread at a time.
//
// Statements go to it in libpq's pipeline mode: all that are sent up to Finish cost one round trip.
//
// Errors: ABORTED where the server asks to try a transaction again; else errors::StoreUnavailable,
// after which the session is broken, and to be opened anew. Their words are the server's, and may
// quote no parameter.
class PostgresConnection {
 public:
  // Which of the URL's hosts is taken: one that can be written to, where the URL itself does not
  // say otherwise, or a hot standby.
  enum class Role { kPrimary, kStandby };

  // Waits for each answer no longer than `timeout`, and 2 s for each host to connect to, where the
  // URL does not say.
  static absl::StatusOr<std::unique_ptr<PostgresConnection>> Open(const PostgresAddress& address,
                                                                  absl::Duration timeout,
                                                                  Role role = Role::kPrimary);
  ~PostgresConnection();

  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  // Sends one statement and waits for its answer. Before Prepare alone.
  absl::StatusOr<PostgresResult> Execute(const char* sql);
  // Whether the server takes it; that it does not is no error. Before Prepare, and outside of a
  // transaction.
  bool Takes(const char* sql);

  // From then on statements go in pipelines.
  absl::Status Prepare(absl::Span<const PostgresStatement> statements);
  void Send(const PostgresStatement& statement, const PostgresParams& params = {});
  // The answers to all that was sent since the last time, in that order. After an error none of
  // what came behind has been run.
  absl::StatusOr<std::vector<PostgresResult>> Finish() { return Finish(timeout_); }
  absl::StatusOr<std::vector<PostgresResult>> Finish(absl::Duration timeout);
  // Waits until a notice has come, `wake` can be read, or that time is over. Nothing may be under
  // way. False where the session is broken: it would not wait.
  bool AwaitNotice(int wake, absl::Duration time);

  // Ends a transaction that failed, where the session can still be used.
  void Rollback();

  bool broken() const { return broken_; }
  // The address of the server's that was connected to, of those that the URL names.
  std::string host() const;

 private:
  PostgresConnection(pg_conn* connection, absl::Duration timeout)
      : connection_(connection), timeout_(timeout) {}

  // The next answer; null where there is none for this statement any more.
  absl::StatusOr<pg_result*> Next(absl::Time deadline);
  absl::Status Wait(absl::Time deadline);
  // Whether there were any.
  bool TakeNotices();
  absl::Status Failure(const pg_result* result);
  absl::Status Broken(std::string_view why);

  pg_conn* const connection_;
  const absl::Duration timeout_;
  int sent_ = 0;
  bool broken_ = false;
};

// Whether `url` is one that libpq takes, and holds no password. An error is a reason for the
// operator.
absl::Status CheckPostgresUrl(const std::string& url);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_POSTGRES_CONNECTION_H_
