#ifndef KEYWARD_CLIENT_CLI_KEY_VERBS_H_
#define KEYWARD_CLIENT_CLI_KEY_VERBS_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward key: the life of users' keys. What destroys one asks first.
ExitStatus RunKey(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_KEY_VERBS_H_
