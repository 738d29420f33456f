#ifndef KEYWARD_TESTS_CLIENT_CLI_BATCH_FIXTURE_H_
#define KEYWARD_TESTS_CLIENT_CLI_BATCH_FIXTURE_H_

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/client/cli_fixture.h"

namespace keyward::client {

inline std::vector<std::string> Lines(const std::string& text) {
  EXPECT_TRUE(text.empty() || text.back() == '\n') << "the last line has no end";
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

class CliBatchTest : public CliTest {
 protected:
  ProgramResult Encrypt(std::string_view input, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"encrypt", "--batch"});
    return Keyward(more, input);
  }
  ProgramResult Decrypt(std::string_view input, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"decrypt", "--batch"});
    return Keyward(more, input);
  }
  // Numbered values of one user.
  static std::string Values(int count) {
    std::string lines;
    for (int i = 0; i < count; ++i)
      absl::StrAppend(&lines, "{\"id\":", i, ",\"plaintext\":\"value ", i, "\"}\n");
    return lines;
  }
  std::vector<std::string> Environment() const { return {"KEYWARD_ADDRESS=" + server_.address()}; }
};

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_CLI_BATCH_FIXTURE_H_
