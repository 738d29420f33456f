#ifndef KEYWARD_SERVER_STORE_PASSWORD_FILE_H_
#define KEYWARD_SERVER_STORE_PASSWORD_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace keyward::store {

// The password of a database's user: the first line of that file, as an editor or a mounted secret
// leaves it. An error names `path`, and is for the operator.
absl::StatusOr<std::string> ReadPasswordFile(const std::string& path);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_PASSWORD_FILE_H_
