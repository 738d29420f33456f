#ifndef KEYWARD_CLIENT_CLI_FAILURE_H_
#define KEYWARD_CLIENT_CLI_FAILURE_H_

#include "absl/status/status.h"
#include "client/cli/output.h"
#include "keyward/client_options.h"

namespace keyward::cli {

// What to tell of a failed call: in words, with a hint where there is one.
Failure CallFailure(const absl::Status& status, const client::ClientOptions& options);

// What to tell where this side is at fault: options or files.
Failure LocalFailure(const absl::Status& status);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_FAILURE_H_
