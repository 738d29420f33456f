#ifndef KEYWARD_CLIENT_CLI_VERIFY_H_
#define KEYWARD_CLIENT_CLI_VERIFY_H_

#include <string>

#include "client/cli/invocation.h"
#include "client/cli/output.h"
#include "server/keyring/kek.h"
#include "server/store/frozen_database.h"

namespace keyward::cli {

// keyward verify: whether a database is sound and each of its keys opens under a KEK that is
// loaded. It owns the database meanwhile, as a server would, and changes nothing in it. kExitOk;
// kExitNo and all that is wrong; kExitUsage where there is no KEK or no database of Keyward's;
// kExitInUse where another process owns it.
ExitStatus VerifyDatabase(const Invocation& invocation, Output& output);

// The same of a database that is open; `path` is for messages. kExitOk, kExitNo, or kExitUsage
// where nobody takes what it tells.
ExitStatus CheckAndReport(store::FrozenDatabase& database, const std::string& path,
                          const keyring::MasterKeys& keks, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_VERIFY_H_
