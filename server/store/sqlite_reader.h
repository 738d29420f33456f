#ifndef KEYWARD_SERVER_STORE_SQLITE_READER_H_
#define KEYWARD_SERVER_STORE_SQLITE_READER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/sqlite_connection.h"

namespace keyward::store {

// Reads users and their keys over a connection, which must outlive it. For one thread at a time.
class SqliteReader {
 public:
  static absl::StatusOr<SqliteReader> Prepare(SqliteConnection& connection);

  // As KeyStore::Find and KeyStore::Page.
  absl::StatusOr<UserKeys> Find(const std::string& user_id);
  absl::StatusOr<std::vector<UserKeys>> Page(const std::string& after, int limit);
  // The same with nothing refused or left out, whatever the rows hold. A number that no row of ours
  // has is 0.
  absl::StatusOr<UserKeys> FindAsStored(const std::string& user_id);
  absl::StatusOr<std::vector<UserKeys>> PageAsStored(const std::string& after, int limit);

  // As of KeyStore, in a database of the newest schema.
  absl::StatusOr<std::vector<std::string>> FindDueForPurge(int64_t micros, int limit);
  absl::StatusOr<std::vector<RetiredKek>> RetiredKeks();
  absl::StatusOr<std::string> GetNote(const std::string& name);

 private:
  SqliteReader(SqliteConnection& connection, SqliteStatement find, SqliteStatement page);

  SqliteConnection* connection_;
  SqliteStatement find_;
  SqliteStatement page_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_READER_H_
