#ifndef KEYWARD_CLIENT_CLI_LOADED_KEKS_H_
#define KEYWARD_CLIENT_CLI_LOADED_KEKS_H_

#include "absl/status/statusor.h"
#include "client/cli/output.h"
#include "server/keyring/kek.h"

namespace keyward::cli {

// Every KEK that API_KEY_MASTER_KEY and API_KEY_MASTER_KEY_PREVIOUS, or their _FILE forms, hold, as
// a server reads them. INVALID_ARGUMENT where there is none, or a previous one is malformed; where
// the current one is missing beside others, `output` gets a warning.
absl::StatusOr<keyring::MasterKeys> LoadKeks(const Output& output);

// The same, with a current one among them.
absl::StatusOr<keyring::MasterKeys> LoadCurrentKek(const Output& output);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_LOADED_KEKS_H_
