#ifndef KEYWARD_SERVER_STORE_SQLITE_BACKUP_H_
#define KEYWARD_SERVER_STORE_SQLITE_BACKUP_H_

#include <string>

#include "absl/status/status.h"
#include "server/store/sqlite_connection.h"

namespace keyward::store {

// Writes what the connection sees at one moment to a new database, mode 0600, that has no log.
// `path` names it once it is whole and on the disk; until then it is `path`.partial. Errors are a
// full line for the operator: ALREADY_EXISTS where `path` is there.
absl::Status BackUp(SqliteConnection& connection, const std::string& path);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_SQLITE_BACKUP_H_
