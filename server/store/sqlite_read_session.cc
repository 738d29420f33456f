#include "server/store/sqlite_read_session.h"

#include <utility>

namespace keyward::store {

absl::StatusOr<SqliteReader*> SqliteReadSession::BeginSnapshot() {
  absl::StatusOr<SqliteReader*> reader = Reader();
  if (!reader.ok()) return reader;
  if (absl::Status begun = connection_->Execute("BEGIN"); !begun.ok()) return begun;
  return reader;
}

void SqliteReadSession::EndSnapshot() {
  if (connection_ != nullptr) connection_->Rollback();
}

void SqliteReadSession::Close() {
  reader_.reset();
  connection_.reset();
}

absl::StatusOr<SqliteReader*> SqliteReadSession::Reader() {
  if (reader_.has_value() && !connection_->NeedsReopen()) return &*reader_;
  Close();
  auto connection =
      SqliteConnection::Open(path_, SqliteConnection::Access::kReadOnly, busy_timeout_);
  if (!connection.ok()) return connection.status();
  connection_ = *std::move(connection);
  absl::StatusOr<SqliteReader> reader = SqliteReader::Prepare(*connection_);
  if (!reader.ok()) return reader.status();
  return &reader_.emplace(*std::move(reader));
}

}  // namespace keyward::store
