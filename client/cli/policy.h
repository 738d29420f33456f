#ifndef KEYWARD_CLIENT_CLI_POLICY_H_
#define KEYWARD_CLIENT_CLI_POLICY_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward policy check: whether the file is a policy that a server takes: kExitOk, or kExitNo and
// where it is wrong. keyward policy test: whether it allows that: kExitOk and by which grant, or
// kExitNo; kExitUsage where there is no such permission or principal, or the file is no policy.
ExitStatus RunPolicy(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_POLICY_H_
