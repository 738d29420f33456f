#include "server/store/frozen_database.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/store/sqlite_schema.h"

namespace keyward::store {
namespace {

constexpr int kUsersAtOnce = 1'000;

absl::Status CannotRead(const std::string& path, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("cannot read ", path, ": ", why));
}

// What SQLite, which may not write here, would not see or get wrong.
absl::Status CheckFiles(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no file ", path));
  }
  if (std::filesystem::file_size(path, error) == 0) {
    return CannotRead(path, "the file is empty");
  }
  const auto journal = std::filesystem::file_size(path + "-journal", error);
  if (error || journal == 0) return absl::OkStatus();
  return CannotRead(path, absl::StrCat("a transaction was cut off, and its rollback in ", path,
                                       "-journal is still to be done"));
}

}  // namespace

FrozenDatabase::FrozenDatabase(std::string path, std::unique_ptr<SqliteConnection> connection,
                               SqliteReader reader)
    : path_(std::move(path)), connection_(std::move(connection)), reader_(std::move(reader)) {}

absl::StatusOr<std::unique_ptr<FrozenDatabase>> FrozenDatabase::Open(const std::string& path) {
  if (absl::Status files = CheckFiles(path); !files.ok()) return files;
  auto connection =
      SqliteConnection::Open(path, SqliteConnection::Access::kFrozen, absl::ZeroDuration());
  if (!connection.ok()) return CannotRead(path, connection.status().message());
  const absl::Status own = CheckSqliteFile(**connection, path);
  if (absl::IsUnavailable(own)) return CannotRead(path, own.message());
  if (!own.ok()) return own;
  absl::StatusOr<SqliteReader> reader = SqliteReader::Prepare(**connection);
  if (!reader.ok()) return CannotRead(path, reader.status().message());
  return std::unique_ptr<FrozenDatabase>(
      new FrozenDatabase(path, *std::move(connection), *std::move(reader)));
}

absl::StatusOr<std::vector<std::string>> FrozenDatabase::CheckIntegrity(
    std::function<void()> tick) {
  auto check = connection_->Prepare("PRAGMA integrity_check(100)");
  if (!check.ok()) return Unreadable(check.status());
  connection_->WhileRunning(std::move(tick));
  std::vector<std::string> found;
  absl::StatusOr<bool> row = check->Step();
  for (; row.ok() && *row; row = check->Step()) found.push_back(check->Bytes(0));
  connection_->WhileRunning(nullptr);
  if (!row.ok()) return Unreadable(row.status());
  if (found == std::vector<std::string>{"ok"}) found.clear();
  return found;
}

absl::Status FrozenDatabase::CopyTo(const std::string& path) {
  auto copy = connection_->Prepare("VACUUM INTO ?1");
  if (!copy.ok()) return Unreadable(copy.status());
  copy->BindText(1, path);
  const absl::Status copied = copy->Run();
  if (copied.ok()) return copied;
  return absl::DataLossError(
      absl::StrCat("cannot copy ", path_, " to ", path, ": ", copied.message()));
}

absl::StatusOr<uint64_t> FrozenDatabase::CountVersions() {
  const auto count = connection_->QueryInt("SELECT count(*) FROM user_keys");
  if (!count.ok()) return Unreadable(count.status());
  return static_cast<uint64_t>(*count);
}

absl::StatusOr<std::vector<UserKeys>> FrozenDatabase::NextUsers() {
  auto users = reader_.PageAsStored(last_user_id_, kUsersAtOnce);
  if (!users.ok()) return Unreadable(users.status());
  if (users->empty()) return users;
  // In a damaged tree the search for what follows may lead back.
  if (users->front().user_id <= last_user_id_ || users->back().user_id < users->front().user_id) {
    return CannotRead(path_, "its users are not in their order");
  }
  last_user_id_ = users->back().user_id;
  return users;
}

absl::Status FrozenDatabase::Unreadable(const absl::Status& status) const {
  return CannotRead(path_, status.message());
}

}  // namespace keyward::store
