#include "server/master_key_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>

namespace keyward {
namespace {

using testing::HasSubstr;

constexpr char kKey[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr char kOther[] = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE";

class MasterKeySourceTest : public testing::Test {
 protected:
  ~MasterKeySourceTest() override {
    for (const char* name : {"API_KEY_MASTER_KEY", "API_KEY_MASTER_KEY_FILE",
                             "API_KEY_MASTER_KEY_PREVIOUS", "API_KEY_MASTER_KEY_PREVIOUS_FILE"}) {
      unsetenv(name);
    }
    if (!file_.empty()) unlink(file_.c_str());
  }

  const std::string& WriteFile(const std::string& text) {
    file_ = testing::TempDir() + "keyward-kek-" + std::to_string(getpid());
    std::ofstream(file_) << text;
    return file_;
  }

 private:
  std::string file_;
};

TEST_F(MasterKeySourceTest, TakesTheValueAndOverwritesItWhereItStood) {
  std::string entry = std::string("API_KEY_MASTER_KEY=") + kKey;
  ASSERT_EQ(putenv(entry.data()), 0);
  const auto keys = TakeMasterKeys();
  ASSERT_TRUE(keys.ok());
  ASSERT_TRUE(keys->current.has_value());
  EXPECT_EQ(keys->current->ExposeSecret(), std::string(32, '\0'));
  EXPECT_EQ(entry.find("AAAA"), std::string::npos);
}

TEST_F(MasterKeySourceTest, ReadsAFileWithItsNewline) {
  setenv("API_KEY_MASTER_KEY_FILE", WriteFile(std::string(kKey) + "\n").c_str(), 1);
  const auto keys = TakeMasterKeys();
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->current.has_value());
}

TEST_F(MasterKeySourceTest, ReadsAnyNumberOfPreviousKeys) {
  setenv("API_KEY_MASTER_KEY", kKey, 1);
  setenv("API_KEY_MASTER_KEY_PREVIOUS", (std::string(kOther) + ",\n" + kKey).c_str(), 1);
  const auto keys = TakeMasterKeys();
  ASSERT_TRUE(keys.ok());
  EXPECT_EQ(keys->previous.size(), 2u);
}

TEST_F(MasterKeySourceTest, WithoutAUsableKeyItSaysWhyAndNothingOfTheValue) {
  EXPECT_THAT(TakeMasterKeys()->why_none, HasSubstr("API_KEY_MASTER_KEY"));
  for (const char* bad : {"AAAA", "not base64 at all!", "   "}) {
    setenv("API_KEY_MASTER_KEY", bad, 1);
    const auto keys = TakeMasterKeys();
    ASSERT_TRUE(keys.ok());
    EXPECT_FALSE(keys->current.has_value());
    EXPECT_THAT(keys->why_none, HasSubstr("API_KEY_MASTER_KEY"));
    EXPECT_EQ(keys->why_none.find("AAAA"), std::string::npos);
  }
  setenv("API_KEY_MASTER_KEY_FILE", "/nowhere/kek", 1);
  const auto keys = TakeMasterKeys();
  ASSERT_TRUE(keys.ok());
  EXPECT_FALSE(keys->current.has_value());
  EXPECT_THAT(keys->why_none, HasSubstr("/nowhere/kek"));
}

TEST_F(MasterKeySourceTest, AValueTogetherWithItsFileIsAnError) {
  setenv("API_KEY_MASTER_KEY", kKey, 1);
  setenv("API_KEY_MASTER_KEY_FILE", "/nowhere", 1);
  EXPECT_THAT(std::string(TakeMasterKeys().status().message()), HasSubstr("both set"));
}

TEST_F(MasterKeySourceTest, PreviousKeysThatCannotBeReadAreAnError) {
  setenv("API_KEY_MASTER_KEY", kKey, 1);
  setenv("API_KEY_MASTER_KEY_PREVIOUS", "AAAA", 1);
  EXPECT_THAT(std::string(TakeMasterKeys().status().message()), HasSubstr("_PREVIOUS"));
  setenv("API_KEY_MASTER_KEY_PREVIOUS_FILE", "/nowhere", 1);
  EXPECT_THAT(std::string(TakeMasterKeys().status().message()), HasSubstr("_PREVIOUS_FILE"));
}

}  // namespace
}  // namespace keyward
