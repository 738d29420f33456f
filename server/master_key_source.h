#ifndef KEYWARD_SERVER_MASTER_KEY_SOURCE_H_
#define KEYWARD_SERVER_MASTER_KEY_SOURCE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/crypto/secret_bytes.h"

namespace keyward {

// The master keys as the environment gives them.
struct MasterKeyMaterial {
  std::optional<crypto::SecretBytes> current;
  // Why there is no current one, for the operator; it holds nothing of the value.
  std::string why_none;
  std::vector<crypto::SecretBytes> previous;
};

// Reads API_KEY_MASTER_KEY and API_KEY_MASTER_KEY_PREVIOUS, or the files that their _FILE forms
// name, and overwrites the values in the environment block, where ps and /proc would show them. An
// empty variable counts as unset. To be called before other threads run.
//
// A current key that is missing, unreadable or malformed is none (why_none says so); a value set
// together with its _FILE, or previous keys that cannot be read, are an error, whose message names
// the variable.
absl::StatusOr<MasterKeyMaterial> TakeMasterKeys();

}  // namespace keyward

#endif  // KEYWARD_SERVER_MASTER_KEY_SOURCE_H_
