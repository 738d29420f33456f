#ifndef KEYWARD_CLIENT_CLI_STORE_COPY_H_
#define KEYWARD_CLIENT_CLI_STORE_COPY_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward store copy: from one store into another, and compares them. kExitOk; kExitNo and whose
// keys are not there; kExitUsage where a store cannot be opened, or breaks off; kExitInUse where
// another process owns a SQLite file.
ExitStatus RunStore(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_STORE_COPY_H_
