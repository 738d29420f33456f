#ifndef KEYWARD_SERVER_STORE_SQLITE_ROWS_H_
#define KEYWARD_SERVER_STORE_SQLITE_ROWS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/sqlite_connection.h"

namespace keyward::store {

// The statements that change a Keyward database, over a connection that must outlive it. What they
// are given has been checked. Errors as of SqliteConnection. For one thread at a time.
class SqliteRows {
 public:
  static absl::StatusOr<SqliteRows> Prepare(SqliteConnection& connection);

  absl::StatusOr<bool> HasUser(const std::string& user_id);
  absl::Status InsertVersion(const std::string& user_id, const KeyVersion& key);
  absl::Status ReplaceVersion(const std::string& user_id, const KeyVersion& key);
  // The row that says how a user departs from a new one, and its removal.
  absl::Status PutUser(const UserKeys& user);
  absl::Status DropUser(const std::string& user_id);

  // Whether a key, destroyed ones apart, is wrapped under the master key. Looks through all keys.
  absl::StatusOr<bool> WrapsKeys(const std::string& kek_id);
  // Leaves the time of one that is retired already as it is.
  absl::Status PutRetiredKek(const std::string& kek_id, int64_t micros);

  absl::Status PutNote(const std::string& name, const std::string& text);
  absl::Status DropNote(const std::string& name);

 private:
  SqliteRows() = default;

  SqliteStatement has_user_, insert_version_, replace_version_, put_user_, drop_user_;
  SqliteStatement wraps_keys_, put_retired_kek_, put_note_, drop_note_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_ROWS_H_
