#ifndef KEYWARD_CLIENT_CLI_OFFLINE_DATABASE_H_
#define KEYWARD_CLIENT_CLI_OFFLINE_DATABASE_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/output.h"
#include "server/store/database_lock.h"

// Databases that a verb opens itself, in a server's place.
namespace keyward::cli {

// The path of a store that is named as the server names it, sqlite:PATH, or by its path alone;
// nothing need be there.
absl::StatusOr<std::string> StorePath(std::string_view store);

// The real path of a store that is there. Nothing is made beside one that is not.
absl::StatusOr<std::string> RealStorePath(std::string_view store);

// `verb` is told to whoever finds it locked. FAILED_PRECONDITION where another process has it.
absl::StatusOr<std::unique_ptr<store::DatabaseLock>> LockDatabase(const std::string& path,
                                                                  const std::string& verb);

// Tells why LockDatabase failed: kExitInUse, or kExitUsage where it could not be tried.
ExitStatus FailToLock(const absl::Status& status, const Output& output);

// Tells why a database could not be opened: kExitNo where it is damaged, else kExitUsage.
ExitStatus FailToOpen(const absl::Status& status, const Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_OFFLINE_DATABASE_H_
