#ifndef KEYWARD_SERVER_TLS_PEM_FILE_H_
#define KEYWARD_SERVER_TLS_PEM_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/tls/identity.h"

namespace keyward::tls {

// What the three files of an identity hold.
struct PemFiles {
  Identity identity;
  // Tells contents apart, and tells nothing of them.
  std::string fingerprint;
  bool key_readable_by_others = false;
};

// An error is one line that names the file: it cannot be read, is empty, or is no regular file of
// at most 1 MiB. The files are read one after another; whether they fit together is for
// CheckIdentity to say.
absl::StatusOr<PemFiles> ReadPemFiles(const IdentityPaths& paths);

}  // namespace keyward::tls

#endif  // KEYWARD_SERVER_TLS_PEM_FILE_H_
