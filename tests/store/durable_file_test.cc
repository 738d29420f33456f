#include "server/store/durable_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/testing/temporary_folder.h"

namespace keyward::store {
namespace {

using ::keyward::testing::TemporaryFolder;

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DurableFileTest, RewritingKeepsEveryByte) {
  const TemporaryFolder folder;
  const std::string path = folder.File("log");
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1} << 20, (size_t{3} << 20) + 17}) {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 4096);
    std::ofstream(path, std::ios::binary) << bytes;
    ASSERT_TRUE(RewriteDurably(path).ok());
    EXPECT_EQ(Contents(path), bytes);
  }
}

TEST(DurableFileTest, AMissingFileIsNoneToBeKept) {
  const TemporaryFolder folder;
  EXPECT_TRUE(RewriteDurably(folder.File("none")).ok());
  EXPECT_FALSE(std::filesystem::exists(folder.File("none")));
}

TEST(DurableFileTest, AFileThatCannotBeWrittenIsNamed) {
  const TemporaryFolder folder;
  const absl::Status status = RewriteDurably(folder.path());
  EXPECT_NE(status.message().find(folder.path()), std::string::npos) << status;
  EXPECT_FALSE(SyncFolderOf(folder.File("missing/file")).ok());
}

TEST(DurableFileTest, AFoldersNamesAreSynced) {
  const TemporaryFolder folder;
  EXPECT_TRUE(SyncFolderOf(folder.File("any")).ok());
  EXPECT_TRUE(SyncFolderOf("a-name-without-a-folder").ok());
}

}  // namespace
}  // namespace keyward::store
