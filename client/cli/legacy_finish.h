#ifndef KEYWARD_CLIENT_CLI_LEGACY_FINISH_H_
#define KEYWARD_CLIENT_CLI_LEGACY_FINISH_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward legacy finish: whether the store holds the key of every row of the Python module's
// database, so that the server may start without it. Changes neither. kExitNo where it does not,
// and whose keys are missing.
ExitStatus RunLegacy(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_LEGACY_FINISH_H_
