#include "bench/tokens.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace keyward::bench {
namespace {

class TokensTest : public testing::Test {
 protected:
  TokensTest() {
    std::string name = testing::TempDir() + "keyward-tokens-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~TokensTest() override { std::filesystem::remove_all(folder_); }
  std::string File() const { return folder_ / "tokens"; }

 private:
  std::filesystem::path folder_;
};

TEST_F(TokensTest, AFileGivesBackWhatWasWritten) {
  {
    const auto written = Tokens::CreateFile(File(), 3, 5);
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_TRUE((*written)->Set(2, "third"));
    EXPECT_TRUE((*written)->Set(0, "first"));
    EXPECT_TRUE((*written)->Set(1, "other"));
  }
  const auto read = Tokens::OpenFile(File());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ((*read)->count(), 3u);
  EXPECT_EQ((*read)->size(), 5u);
  EXPECT_EQ((*read)->Get(0), "first");
  EXPECT_EQ((*read)->Get(2), "third");
}

TEST_F(TokensTest, ATokenOfAnotherSizeIsRefused) {
  const auto tokens = Tokens::InMemory(1, 5);
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  EXPECT_FALSE((*tokens)->Set(0, "longer"));
  EXPECT_FALSE((*tokens)->Set(0, ""));
}

TEST_F(TokensTest, AFileThatIsCutOffOrNoneIsRefused) {
  EXPECT_FALSE(Tokens::OpenFile(File()).ok());
  std::ofstream(File()) << "one\ntwo\nth";
  EXPECT_FALSE(Tokens::OpenFile(File()).ok());
  std::ofstream(File()) << "no newline";
  EXPECT_FALSE(Tokens::OpenFile(File()).ok());
}

}  // namespace
}  // namespace keyward::bench
