#ifndef KEYWARD_TESTS_TESTING_TEMPORARY_FOLDER_H_
#define KEYWARD_TESTS_TESTING_TEMPORARY_FOLDER_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace keyward::testing {

// A new folder, gone with all that is in it at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "keyward-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }
  // Makes an empty file.
  std::string Touch(const std::string& name) const {
    std::ofstream(File(name), std::ios::app).flush();
    return File(name);
  }

 private:
  std::string path_;
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TESTING_TEMPORARY_FOLDER_H_
