#ifndef KEYWARD_CLIENT_CLI_LEGACY_IMPORT_H_
#define KEYWARD_CLIENT_CLI_LEGACY_IMPORT_H_

#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// keyward import: takes the keys of the Python module's database into a store, each opened under
// whichever KEK is loaded and wrapped anew under the current one. Users who are there stay as they
// are. kExitNo where keys do not open, or users have another key already.
ExitStatus ImportLegacy(const Invocation& invocation, Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_LEGACY_IMPORT_H_
