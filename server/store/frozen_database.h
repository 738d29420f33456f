#ifndef KEYWARD_SERVER_STORE_FROZEN_DATABASE_H_
#define KEYWARD_SERVER_STORE_FROZEN_DATABASE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"
#include "server/store/sqlite_connection.h"
#include "server/store/sqlite_reader.h"

namespace keyward::store {

// A Keyward database in a SQLite file, looked at as it stands: what was committed, in its
// write-ahead log too. Neither file is changed, and none is made beside them. Whoever opens it
// holds its DatabaseLock. For one thread at a time.
//
// Errors are a full line for the operator: DATA_LOSS where the file is damaged so far that it
// cannot be read.
class FrozenDatabase {
 public:
  // `path`: without a symbolic link at its end. Errors besides: NOT_FOUND where there is no such
  // file, FAILED_PRECONDITION where it is the Python module's, another program's, or of a newer
  // schema.
  static absl::StatusOr<std::unique_ptr<FrozenDatabase>> Open(const std::string& path);

  // What SQLite finds wrong with the file's structure and the rows' types, in its own words, which
  // tell no row's content; up to a hundred. `tick` is called now and then while it looks.
  absl::StatusOr<std::vector<std::string>> CheckIntegrity(std::function<void()> tick);

  // Writes what is committed to `path`, an empty file: a database of its own, without a log. What
  // the database holds of deleted rows is left behind. Errors name the file; it may hold a part
  // then.
  absl::Status CopyTo(const std::string& path);

  // How many rows with a version there are, by going through them one after another.
  absl::StatusOr<uint64_t> CountVersions();

  // The next users in the byte order of their ids, found as the server finds them; none at the end.
  // Whatever is stored is there, see SqliteReader::PageAsStored.
  absl::StatusOr<std::vector<UserKeys>> NextUsers();

 private:
  FrozenDatabase(std::string path, std::unique_ptr<SqliteConnection> connection,
                 SqliteReader reader);
  absl::Status Unreadable(const absl::Status& status) const;

  const std::string path_;
  const std::unique_ptr<SqliteConnection> connection_;
  SqliteReader reader_;
  std::string last_user_id_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_FROZEN_DATABASE_H_
