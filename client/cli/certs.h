#ifndef KEYWARD_CLIENT_CLI_CERTS_H_
#define KEYWARD_CLIENT_CLI_CERTS_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// certs trial: writes an authority's certificate, and certificates and keys for a server and its
// clients, to a folder, and prints how to use them. A file that is already there stays, and then
// nothing is written.
ExitStatus MakeTrialCertificates(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_CERTS_H_
