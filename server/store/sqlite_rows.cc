#include "server/store/sqlite_rows.h"

#include <string_view>
#include <utility>

namespace keyward::store {
namespace {

// The single truth value that a query gives; read to the end, as rows are.
absl::StatusOr<bool> Holds(SqliteStatement& query) {
  bool holds = false;
  absl::StatusOr<bool> row = query.Step();
  for (; row.ok() && *row; row = query.Step()) holds = query.Int(0) != 0;
  if (!row.ok()) return row.status();
  return holds;
}

absl::Status RunWithVersion(SqliteStatement& statement, const std::string& user_id,
                            const KeyVersion& key) {
  statement.BindText(1, user_id);
  statement.BindInt(2, key.version);
  statement.BindBlob(3, key.kek_id);
  statement.BindInt(4, key.wrap_format);
  statement.BindBlob(5, key.wrapped_key);
  statement.BindInt(6, static_cast<int>(key.state));
  statement.BindInt(7, key.created_at_micros);
  statement.BindInt(8, key.messages);
  return statement.Run();
}

}  // namespace

absl::StatusOr<SqliteRows> SqliteRows::Prepare(SqliteConnection& connection) {
  SqliteRows rows;
  const std::pair<SqliteStatement*, std::string_view> statements[] = {
      {&rows.has_user_,
       "SELECT EXISTS (SELECT 1 FROM user_keys WHERE user_id = ?1)"
       " OR EXISTS (SELECT 1 FROM users WHERE user_id = ?1)"},
      {&rows.insert_version_,
       "INSERT INTO user_keys (user_id, version, kek_id, wrap_format, wrapped_key, state,"
       " created_at, messages) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
      {&rows.replace_version_,
       "UPDATE user_keys SET kek_id = ?3, wrap_format = ?4, wrapped_key = ?5, state = ?6,"
       " created_at = ?7, messages = ?8 WHERE user_id = ?1 AND version = ?2"},
      {&rows.put_user_,
       "REPLACE INTO users (user_id, primary_version, min_version, state, etag, purge_at,"
       " rotation_id, state_before_delete) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"},
      {&rows.drop_user_, "DELETE FROM users WHERE user_id = ?1"},
      {&rows.wraps_keys_,
       "SELECT EXISTS (SELECT 1 FROM user_keys WHERE kek_id = ?1 AND state <> 3)"},
      {&rows.put_retired_kek_,
       "INSERT OR IGNORE INTO retired_keks (kek_id, retired_at) VALUES (?1, ?2)"},
      {&rows.put_note_, "REPLACE INTO notes (name, text) VALUES (?1, ?2)"},
      {&rows.drop_note_, "DELETE FROM notes WHERE name = ?1"},
  };
  for (const auto& [statement, sql] : statements) {
    absl::StatusOr<SqliteStatement> prepared = connection.Prepare(sql);
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return rows;
}

absl::StatusOr<bool> SqliteRows::HasUser(const std::string& user_id) {
  has_user_.BindText(1, user_id);
  return Holds(has_user_);
}

absl::Status SqliteRows::InsertVersion(const std::string& user_id, const KeyVersion& key) {
  return RunWithVersion(insert_version_, user_id, key);
}

absl::Status SqliteRows::ReplaceVersion(const std::string& user_id, const KeyVersion& key) {
  return RunWithVersion(replace_version_, user_id, key);
}

absl::Status SqliteRows::PutUser(const UserKeys& user) {
  put_user_.BindText(1, user.user_id);
  put_user_.BindInt(2, user.primary_version);
  put_user_.BindInt(3, user.min_version);
  put_user_.BindInt(4, static_cast<int>(user.state));
  put_user_.BindInt(5, user.etag);
  put_user_.BindInt(6, user.purge_at_micros);
  put_user_.BindText(7, user.rotation_id);
  put_user_.BindInt(8, static_cast<int>(user.state_before_delete));
  return put_user_.Run();
}

absl::Status SqliteRows::DropUser(const std::string& user_id) {
  drop_user_.BindText(1, user_id);
  return drop_user_.Run();
}

absl::StatusOr<bool> SqliteRows::WrapsKeys(const std::string& kek_id) {
  wraps_keys_.BindBlob(1, kek_id);
  return Holds(wraps_keys_);
}

absl::Status SqliteRows::PutRetiredKek(const std::string& kek_id, int64_t micros) {
  put_retired_kek_.BindBlob(1, kek_id);
  put_retired_kek_.BindInt(2, micros);
  return put_retired_kek_.Run();
}

absl::Status SqliteRows::PutNote(const std::string& name, const std::string& text) {
  put_note_.BindText(1, name);
  put_note_.BindText(2, text);
  return put_note_.Run();
}

absl::Status SqliteRows::DropNote(const std::string& name) {
  drop_note_.BindText(1, name);
  return drop_note_.Run();
}

}  // namespace keyward::store
