#include "bench/fill.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>

#include "bench/plaintext.h"
#include "bench/tokens.h"
#include "bench/user_ids.h"
#include "server/crypto/aead.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/token.h"
#include "server/store/sqlite_store.h"

namespace keyward::bench {
namespace {

constexpr uint64_t kUsers = 500;

crypto::SecretBytes KekBytes() {
  return crypto::SecretBytes::CopyOf(std::string(keyring::kKekBytes, 'k'));
}

class FillTest : public testing::Test {
 protected:
  FillTest() : kek_(KekBytes(), "salt") {
    std::string name = testing::TempDir() + "keyward-fill-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~FillTest() override { std::filesystem::remove_all(folder_); }
  std::string File(const char* name) const { return folder_ / name; }

  std::unique_ptr<store::SqliteStore> Open() {
    auto store = store::SqliteStore::Open({.path = File("keys.db")});
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  absl::StatusOr<store::UserKeys> Find(store::SqliteStore& store, const std::string& id) {
    std::promise<absl::StatusOr<store::UserKeys>> answer;
    store.Find(id,
               [&](absl::StatusOr<store::UserKeys> found) { answer.set_value(std::move(found)); });
    return answer.get_future().get();
  }

  const keyring::Kek kek_;

 private:
  std::filesystem::path folder_;
};

TEST_F(FillTest, EveryUserHasAKeyAndATokenThatItOpens) {
  const absl::Status filled =
      Fill({.path = File("keys.db"), .users = kUsers, .tokens_path = File("tokens")}, kek_);
  ASSERT_TRUE(filled.ok()) << filled;
  const keyring::MasterKeys keks(KekBytes(), {}, "salt");
  const auto tokens = Tokens::OpenFile(File("tokens"));
  ASSERT_TRUE(tokens.ok()) << tokens.status();
  const auto store = Open();
  for (uint64_t i = 0; i < kUsers; ++i) {
    const auto found = Find(*store, UserId(i));
    ASSERT_TRUE(found.ok()) << found.status();
    const auto key = keyring::UnwrapKey(keks, UserId(i), found->versions.at(0));
    ASSERT_TRUE(key.ok()) << key.status();
    const auto token = keyring::ParseToken((*tokens)->Get(i));
    ASSERT_TRUE(token.ok()) << token.status();
    EXPECT_EQ(crypto::OpenBox(*key, token->box(), ""), Plaintext(128));
  }
}

TEST_F(FillTest, ADatabaseThatHasTheUsersAlreadyIsNotFilledAgain) {
  ASSERT_TRUE(Fill({.path = File("keys.db"), .users = 3}, kek_).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Fill({.path = File("keys.db"), .users = 4}, kek_)));
}

TEST_F(FillTest, StoringOneByOneCountsTheKeysThatAreThere) {
  const auto result = StoreOneByOne(File("keys.db"), 0.05, kek_);
  ASSERT_TRUE(result.ok()) << result.status();
  std::promise<size_t> count;
  Open()->Page("", 1'000'000, [&](absl::StatusOr<std::vector<store::UserKeys>> users) {
    count.set_value(users.ok() ? users->size() : 0);
  });
  EXPECT_EQ(result->keys, count.get_future().get());
  EXPECT_GT(result->keys, 0u);
}

}  // namespace
}  // namespace keyward::bench
