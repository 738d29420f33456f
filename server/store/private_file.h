#ifndef KEYWARD_SERVER_STORE_PRIVATE_FILE_H_
#define KEYWARD_SERVER_STORE_PRIVATE_FILE_H_

#include <string>

#include "absl/status/status.h"

namespace keyward::store {

// Creates an empty file that its owner alone may read (mode 0600), unless there is one: that one
// stays as it is. SQLite gives its log and index the mode of their database. Errors are a full line
// for the operator: a folder that is missing or may not be written, a folder in the file's place.
absl::Status EnsurePrivateFile(const std::string& path);

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_PRIVATE_FILE_H_
