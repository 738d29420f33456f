#include "client/cli/audit.h"

namespace keyward::cli {

ExitStatus RunAudit(const Invocation& invocation, Output& output) {
  return invocation.audit.action == "verify" ? VerifyAudit(invocation, output)
                                             : TailAudit(invocation, output);
}

}  // namespace keyward::cli
