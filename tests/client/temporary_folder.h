#ifndef KEYWARD_TESTS_CLIENT_TEMPORARY_FOLDER_H_
#define KEYWARD_TESTS_CLIENT_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace keyward::client {

// A folder of its own that goes with the object. It stands in /tmp, because the path of a unix
// socket must be short.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no folder in /tmp");
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

  // Returns the path.
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name), std::ios::binary) << content;
    return Path(name);
  }

 private:
  std::string path_ = "/tmp/keyward-client-XXXXXX";
};

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_TEMPORARY_FOLDER_H_
