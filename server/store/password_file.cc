#include "server/store/password_file.h"

#include <fstream>

#include "absl/strings/str_cat.h"

namespace keyward::store {

absl::StatusOr<std::string> ReadPasswordFile(const std::string& path) {
  std::ifstream file(path);
  std::string password;
  if (std::getline(file, password) && !password.empty()) return password;
  return absl::NotFoundError(absl::StrCat("--store_password_file: ", path,
                                          " cannot be read, or begins with an empty line"));
}

}  // namespace keyward::store
