#ifndef KEYWARD_TESTS_STORE_STORE_KINDS_H_
#define KEYWARD_TESTS_STORE_STORE_KINDS_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/store/bridged_key_store.h"
#include "server/store/fake_key_store.h"
#include "server/store/key_store.h"
#include "server/store/postgres_store.h"
#include "server/store/sqlite_store.h"
#include "tests/testing/plain_transcoder.h"
#include "tests/testing/postgres_server.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::store {

// A store that the contract's tests run over.
struct StoreKind {
  std::string name;
  std::function<std::unique_ptr<KeyStore>(const testing::TemporaryFolder&)> make;
};

inline std::unique_ptr<KeyStore> MakeFake(const testing::TemporaryFolder&) {
  return std::make_unique<FakeKeyStore>();
}

inline std::unique_ptr<KeyStore> MakeSqlite(const testing::TemporaryFolder& folder) {
  auto store = SqliteStore::Open({.path = folder.File("keys.db")});
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

inline std::unique_ptr<KeyStore> MakePostgres(const testing::TemporaryFolder&) {
  auto store = PostgresStore::Open(
      {.address = {testing::PostgresServer::OfThisProgram().UrlOfNewSchema(), ""}});
  EXPECT_TRUE(store.ok()) << store.status();
  return *std::move(store);
}

inline std::unique_ptr<KeyStore> Bridge(const testing::TemporaryFolder& folder,
                                        std::unique_ptr<KeyStore> store) {
  auto bridged = BridgedKeyStore::Open({.path = folder.Touch("legacy.db")}, std::move(store),
                                       std::make_unique<testing::PlainTranscoder>());
  EXPECT_TRUE(bridged.ok()) << bridged.status();
  return *std::move(bridged);
}

// On PostgreSQL where it is installed.
inline std::vector<StoreKind> StoreKinds() {
  std::vector<StoreKind> kinds = {
      {"Fake", MakeFake},
      {"Sqlite", MakeSqlite},
      {"BridgedFake", [](const auto& folder) { return Bridge(folder, MakeFake(folder)); }},
      {"BridgedSqlite", [](const auto& folder) { return Bridge(folder, MakeSqlite(folder)); }},
  };
  if (!testing::PostgresServer::IsInstalled()) return kinds;
  kinds.push_back({"Postgres", MakePostgres});
  kinds.push_back(
      {"BridgedPostgres", [](const auto& folder) { return Bridge(folder, MakePostgres(folder)); }});
  return kinds;
}

}  // namespace keyward::store

#endif  // KEYWARD_TESTS_STORE_STORE_KINDS_H_
