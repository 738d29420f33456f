#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "server/crypto/aead.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/keyring.h"
#include "server/keyring/legacy_wrap.h"
#include "server/keyring/token.h"
#include "tests/crypto/hex.h"

// A database and tokens that the Python module's formats were fixed by: the folder seed of
// KEYWARD_SHARED, else of ../shared.
namespace keyward::keyring {
namespace {

using google::protobuf::Struct;

std::filesystem::path Folder() {
  const char* told = std::getenv("KEYWARD_SHARED");
  return std::filesystem::path(told != nullptr ? told : "../shared") / "seed";
}

bool SeedIsThere() {
  if (std::filesystem::exists(Folder())) return true;
  std::cout << "skipped: there is no folder " << Folder() << std::endl;
  return false;
}

Struct Vectors() {
  std::stringstream text;
  text << std::ifstream(Folder() / "vectors.json").rdbuf();
  Struct vectors;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text.str(), &vectors).ok());
  return vectors;
}

std::string Text(const Struct& from, const std::string& name) {
  return from.fields().at(name).string_value();
}

const google::protobuf::ListValue& List(const Struct& from, std::string_view name) {
  return from.fields().at(std::string(name)).list_value();
}

std::string Column(sqlite3_stmt* row, int column) {
  const void* bytes = sqlite3_column_blob(row, column);
  const int size = sqlite3_column_bytes(row, column);
  return bytes == nullptr ? "" : std::string(static_cast<const char*>(bytes), size);
}

std::vector<store::LegacyRow> ReadRows() {
  // "immutable": the folder may be read-only, and nobody writes there.
  const std::string uri = "file:" + (Folder() / "legacy_keys.db").string() + "?immutable=1";
  std::vector<store::LegacyRow> rows;
  sqlite3* database = nullptr;
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(
      sqlite3_open_v2(uri.c_str(), &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, nullptr),
      SQLITE_OK);
  sqlite3_prepare_v2(database, "SELECT user_id, encrypted_key, created_at FROM encryption_keys", -1,
                     &statement, nullptr);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    rows.push_back({Column(statement, 0), Column(statement, 1), Column(statement, 2)});
  }
  sqlite3_finalize(statement);
  sqlite3_close(database);
  return rows;
}

std::map<std::string, std::string> KeysOf(const Struct& vectors) {
  std::map<std::string, std::string> keys;
  for (const auto& user : List(vectors, "users").values()) {
    keys[Text(user.struct_value(), "user_id")] = crypto::FromHex(Text(user.struct_value(), "key"));
  }
  return keys;
}

MasterKeys Keks(const Struct& vectors) {
  return MasterKeys(*ParseKek(Text(vectors, "master_key")), {}, kDefaultPoolKeySalt);
}

std::string Open(const crypto::SecretBytes& key, const std::string& token) {
  const auto parsed = ParseToken(token);
  EXPECT_TRUE(parsed.ok()) << token;
  if (!parsed.ok()) return "(malformed)";
  return crypto::OpenBox(key, parsed->box(), "").value_or("(does not open)");
}

TEST(SeedTest, EveryUsersKeyComesOutOfTheLegacyDatabase) {
  if (!SeedIsThere()) return;
  const Struct vectors = Vectors();
  const MasterKeys keks = Keks(vectors);
  const LegacyWrap wrap(keks, SystemClock(), crypto::SystemRandom());
  std::map<std::string, std::string> keys = KeysOf(vectors);
  ASSERT_EQ(keys.size(), 49);
  for (const store::LegacyRow& row : ReadRows()) {
    const auto imported = wrap.Import(row);
    ASSERT_TRUE(imported.ok()) << row.user_id;
    const auto key = UnwrapKey(keks, row.user_id, *imported);
    ASSERT_TRUE(key.ok()) << row.user_id;
    EXPECT_EQ(key->ExposeSecret(), keys[row.user_id]) << row.user_id;
    keys.erase(row.user_id);
  }
  EXPECT_TRUE(keys.empty());
}

TEST(SeedTest, EveryTokenOpens) {
  if (!SeedIsThere()) return;
  const Struct vectors = Vectors();
  const std::map<std::string, std::string> keys = KeysOf(vectors);
  int count = 0;
  for (const char* list : {"tokens", "unprefixed", "unpadded"}) {
    for (const auto& each : List(vectors, list).values()) {
      const Struct& token = each.struct_value();
      const auto key = crypto::SecretBytes::CopyOf(keys.at(Text(token, "user_id")));
      EXPECT_EQ(Open(key, Text(token, "token")), Text(token, "plaintext"));
      ++count;
    }
  }
  EXPECT_EQ(count, 84 + 4 + 8);
}

TEST(SeedTest, ThePoolKeyItsTokensAndTheHashesAgree) {
  if (!SeedIsThere()) return;
  const Struct vectors = Vectors();
  const MasterKeys keks = Keks(vectors);
  const crypto::SecretBytes& pool_key = keks.current()->pool_key();
  EXPECT_EQ(pool_key.ExposeSecret(), crypto::FromHex(Text(vectors, "pool_key")));
  ASSERT_EQ(List(vectors, "pool_tokens").values_size(), 7);
  for (const auto& token : List(vectors, "pool_tokens").values()) {
    EXPECT_EQ(Open(pool_key, Text(token.struct_value(), "token")),
              Text(token.struct_value(), "plaintext"));
  }
  ASSERT_EQ(List(vectors, "hashes").values_size(), 7);
  for (const auto& hash : List(vectors, "hashes").values()) {
    EXPECT_EQ(ApiKeyHash(Text(hash.struct_value(), "api_key")),
              Text(hash.struct_value(), "sha256_hex"));
  }
}

TEST(SeedTest, EveryBadTokenIsRefusedInItsOwnWay) {
  if (!SeedIsThere()) return;
  const Struct vectors = Vectors();
  const std::map<std::string, std::string> keys = KeysOf(vectors);
  ASSERT_EQ(List(vectors, "bad_tokens").values_size(), 11);
  for (const auto& each : List(vectors, "bad_tokens").values()) {
    const Struct& bad = each.struct_value();
    SCOPED_TRACE(Text(bad, "why"));
    const auto token = ParseToken(Text(bad, "token"));
    ASSERT_EQ(token.ok(), Text(bad, "error") == "DECRYPTION_FAILED");
    if (token.ok()) {
      const auto key = crypto::SecretBytes::CopyOf(keys.at(Text(bad, "user_id")));
      EXPECT_EQ(crypto::OpenBox(key, token->box(), ""), std::nullopt);
    }
  }
}

}  // namespace
}  // namespace keyward::keyring
