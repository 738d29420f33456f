#ifndef KEYWARD_SERVER_STORE_DATABASE_REPLACEMENT_H_
#define KEYWARD_SERVER_STORE_DATABASE_REPLACEMENT_H_

#include <string>

#include "absl/status/status.h"
#include "server/store/frozen_database.h"

namespace keyward::store {

// Puts what `from` holds in the place of the database `path`, or makes it there; mode 0600, and the
// owner of the one that was there, where this process may give files away. Whoever calls it holds
// the DatabaseLock of `path`. It is written aside first, so that an error or a crash leaves the old
// database, or the new one, whole; a crash may cost the old one the last commits, those in its log.
// Errors are a full line for the operator.
absl::Status ReplaceDatabase(FrozenDatabase& from, const std::string& path);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_DATABASE_REPLACEMENT_H_
