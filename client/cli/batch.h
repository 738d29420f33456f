#ifndef KEYWARD_CLIENT_CLI_BATCH_H_
#define KEYWARD_CLIENT_CLI_BATCH_H_

#include "client/cli/batch_line.h"
#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// encrypt --batch, decrypt --batch and rewrap: reads JSON lines and writes an answer for each to
// stdout, in their order, in bounded memory and with several calls to the server under way. Returns
// kExitNo where any line failed.
ExitStatus RunBatch(const Invocation& invocation, BatchVerb verb, const Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_BATCH_H_
