#include "server/store/postgres_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/errors/errors.h"
#include "server/text/text.h"

namespace keyward::store {
namespace {

constexpr int kBinary = 1;

// What the server wants done again, with no fault of the statement's.
constexpr std::string_view kSerializationFailure = "40001";
constexpr std::string_view kDeadlock = "40P01";

// libpq's messages have a line for each host, and end in a newline.
std::string Line(std::string_view message) {
  while (message.ends_with('\n')) message.remove_suffix(1);
  return text::OneLine(message);
}

struct ClearOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, ClearOptions>;

Options Parse(const std::string& url, std::string& error) {
  char* message = nullptr;
  Options options(PQconninfoParse(url.c_str(), &message));
  if (message != nullptr) error = Line(message);
  PQfreemem(message);
  return options;
}

// Seconds; the least that libpq takes. Of several hosts each may cost so much that is switched off.
constexpr char kConnectTimeout[] = "2";

// A partition is noticed though nothing closes the connection. What the URL says itself wins.
std::vector<std::pair<std::string, std::string>> Defaults(absl::Duration timeout) {
  return {{"target_session_attrs", "read-write"},
          {"connect_timeout", kConnectTimeout},
          {"tcp_user_timeout", absl::StrCat(absl::ToInt64Milliseconds(timeout))},
          {"keepalives_idle", "5"},
          {"keepalives_interval", "2"},
          {"keepalives_count", "3"},
          {"client_encoding", "UTF8"},
          {"fallback_application_name", "keyward"}};
}

bool Says(const PQconninfoOption* options, std::string_view keyword) {
  for (; options->keyword != nullptr; ++options) {
    if (options->keyword == keyword) return options->val != nullptr;
  }
  return false;
}

pg_conn* Connect(const PostgresAddress& address, absl::Duration timeout,
                 PostgresConnection::Role role) {
  std::string error;
  const Options said = Parse(address.url, error);
  std::vector<std::pair<std::string, std::string>> settings = {{"dbname", address.url}};
  if (!address.password.empty()) settings.emplace_back("password", address.password);
  for (auto& setting : Defaults(timeout)) {
    if (said == nullptr || !Says(said.get(), setting.first)) settings.push_back(std::move(setting));
  }
  // The last one wins.
  if (role == PostgresConnection::Role::kStandby) {
    settings.emplace_back("target_session_attrs", "standby");
  }
  std::vector<const char*> keywords, values;
  for (const auto& [keyword, value] : settings) {
    keywords.push_back(keyword.c_str());
    values.push_back(value.c_str());
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/1);
}

}  // namespace

absl::Status CheckPostgresUrl(const std::string& url) {
  std::string error;
  const Options options = Parse(url, error);
  // libpq's own words quote the URL.
  if (options == nullptr) return absl::InvalidArgumentError("is not a URL that libpq takes");
  if (!Says(options.get(), "password")) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "has a password in it, which others can read: use --store_password_file");
}

int PostgresResult::rows() const { return PQntuples(result_.get()); }

bool PostgresResult::IsNull(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

int64_t PostgresResult::Int(int row, int column) const {
  if (PQgetlength(result_.get(), row, column) != 8) return 0;
  const auto* bytes =
      reinterpret_cast<const unsigned char*>(PQgetvalue(result_.get(), row, column));
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | bytes[i];
  return static_cast<int64_t>(value);
}

std::string PostgresResult::Bytes(int row, int column) const {
  return std::string(PQgetvalue(result_.get(), row, column),
                     static_cast<size_t>(PQgetlength(result_.get(), row, column)));
}

void PostgresResult::Clear::operator()(pg_result* result) const { PQclear(result); }

absl::StatusOr<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(
    const PostgresAddress& address, absl::Duration timeout, Role role) {
  pg_conn* opened = Connect(address, timeout, role);
  if (opened == nullptr) return errors::StoreUnavailable("there is no memory for a connection");
  std::unique_ptr<PostgresConnection> connection(new PostgresConnection(opened, timeout));
  // libpq would write what the server remarks to standard error.
  PQsetNoticeReceiver(
      opened, [](void*, const PGresult*) {}, nullptr);
  if (PQstatus(opened) != CONNECTION_OK) return connection->Broken(PQerrorMessage(opened));
  return connection;
}

PostgresConnection::~PostgresConnection() { PQfinish(connection_); }

absl::StatusOr<PostgresResult> PostgresConnection::Execute(const char* sql) {
  const absl::Time deadline = absl::Now() + timeout_;
  // In binary format where it is one statement that answers rows.
  const int sent =
      PQsendQueryParams(connection_, sql, 0, nullptr, nullptr, nullptr, nullptr, kBinary);
  if (sent != 1) return Broken(PQerrorMessage(connection_));
  PostgresResult last(nullptr);
  absl::Status outcome;
  while (true) {
    const absl::StatusOr<pg_result*> result = Next(deadline);
    if (!result.ok()) return result.status();
    if (*result == nullptr) break;
    last = PostgresResult(*result);
    if (absl::Status failed = Failure(*result); !failed.ok()) outcome = std::move(failed);
  }
  if (!outcome.ok()) return outcome;
  return last;
}

bool PostgresConnection::Takes(const char* sql) {
  const bool was_broken = broken_;
  if (Execute(sql).ok()) return true;
  // What the server refuses it has answered, and the session goes on.
  if (PQstatus(connection_) == CONNECTION_OK && PQtransactionStatus(connection_) == PQTRANS_IDLE) {
    broken_ = was_broken;
  }
  return false;
}

absl::Status PostgresConnection::Prepare(absl::Span<const PostgresStatement> statements) {
  if (PQenterPipelineMode(connection_) != 1) return Broken("no pipelines");
  for (const PostgresStatement& statement : statements) {
    if (PQsendPrepare(connection_, statement.name, statement.sql, 0, nullptr) != 1) {
      return Broken(PQerrorMessage(connection_));
    }
    ++sent_;
  }
  return Finish().status();
}

void PostgresConnection::Send(const PostgresStatement& statement, const PostgresParams& params) {
  if (broken_) return;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  for (const std::string& value : params.values()) {
    values.push_back(value.data());
    lengths.push_back(static_cast<int>(value.size()));
    formats.push_back(kBinary);
  }
  const int sent = PQsendQueryPrepared(connection_, statement.name, static_cast<int>(values.size()),
                                       values.data(), lengths.data(), formats.data(), kBinary);
  if (sent == 1) {
    ++sent_;
  } else {
    broken_ = true;
  }
}

absl::StatusOr<std::vector<PostgresResult>> PostgresConnection::Finish(absl::Duration timeout) {
  const int sent = std::exchange(sent_, 0);
  if (broken_ || PQpipelineSync(connection_) != 1) return Broken(PQerrorMessage(connection_));
  const absl::Time deadline = absl::Now() + timeout;
  std::vector<PostgresResult> results;
  absl::Status outcome;
  // For each statement an answer and a null, then one answer for the sync.
  for (int ended = 0; ended <= sent;) {
    const absl::StatusOr<pg_result*> next = Next(deadline);
    if (!next.ok()) return next.status();
    if (*next == nullptr) {
      ++ended;
      continue;
    }
    PostgresResult result(*next);
    const ExecStatusType status = PQresultStatus(*next);
    if (status == PGRES_PIPELINE_SYNC) break;
    if (status == PGRES_PIPELINE_ABORTED) continue;
    if (absl::Status failed = Failure(*next); !failed.ok()) outcome = std::move(failed);
    results.push_back(std::move(result));
  }
  if (!outcome.ok()) return outcome;
  return results;
}

bool PostgresConnection::AwaitNotice(int wake, absl::Duration time) {
  if (broken_) return false;
  if (TakeNotices()) return true;
  pollfd readable[] = {{.fd = PQsocket(connection_), .events = POLLIN, .revents = 0},
                       {.fd = wake, .events = POLLIN, .revents = 0}};
  const int ready = poll(readable, 2, static_cast<int>(absl::ToInt64Milliseconds(time)));
  if (ready > 0 && readable[0].revents != 0) {
    if (PQconsumeInput(connection_) != 1) broken_ = true;
    TakeNotices();
  }
  return !broken_;
}

bool PostgresConnection::TakeNotices() {
  bool any = false;
  while (PGnotify* notice = PQnotifies(connection_)) {
    PQfreemem(notice);
    any = true;
  }
  return any;
}

std::string PostgresConnection::host() const {
  const char* address = PQhostaddr(connection_);
  const char* port = PQport(connection_);
  return absl::StrCat(address == nullptr ? "" : address, ":", port == nullptr ? "" : port);
}

void PostgresConnection::Rollback() {
  if (broken_) return;
  if (PQsendQueryParams(connection_, "ROLLBACK", 0, nullptr, nullptr, nullptr, nullptr, kBinary) !=
      1) {
    broken_ = true;
    return;
  }
  sent_ = 1;
  if (!Finish().ok()) broken_ = true;
}

absl::StatusOr<pg_result*> PostgresConnection::Next(absl::Time deadline) {
  while (PQisBusy(connection_) != 0) {
    if (absl::Status waited = Wait(deadline); !waited.ok()) return waited;
    if (PQconsumeInput(connection_) != 1) return Broken(PQerrorMessage(connection_));
  }
  return PQgetResult(connection_);
}

absl::Status PostgresConnection::Wait(absl::Time deadline) {
  pollfd readable{.fd = PQsocket(connection_), .events = POLLIN, .revents = 0};
  while (true) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    if (left <= 0) return Broken("no answer in time");
    const int ready = poll(&readable, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return Broken(std::strerror(errno));
  }
}

absl::Status PostgresConnection::Failure(const pg_result* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return absl::OkStatus();
  const char* code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = code == nullptr ? "" : code;
  // The detail, which this leaves out, may quote a row.
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char* message = primary == nullptr ? PQerrorMessage(connection_) : primary;
  if (state == kSerializationFailure || state == kDeadlock) {
    return absl::AbortedError(Line(message));
  }
  return Broken(message);
}

absl::Status PostgresConnection::Broken(std::string_view why) {
  broken_ = true;
  return errors::StoreUnavailable(Line(why));
}

}  // namespace keyward::store
