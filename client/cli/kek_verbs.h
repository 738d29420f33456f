#ifndef KEYWARD_CLIENT_CLI_KEK_VERBS_H_
#define KEYWARD_CLIENT_CLI_KEK_VERBS_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward kek: which master keys the server has, and how one takes another's place. rewrap waits
// for the server, which goes on without it; retire asks first.
ExitStatus RunKek(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_KEK_VERBS_H_
