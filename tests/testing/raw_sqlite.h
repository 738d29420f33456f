#ifndef KEYWARD_TESTS_TESTING_RAW_SQLITE_H_
#define KEYWARD_TESTS_TESTING_RAW_SQLITE_H_

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

#include "server/store/legacy_transcoder.h"

namespace keyward::testing {

// Another program's connection to a SQLite file: what the product's own code would not do to it.
class RawSqlite {
 public:
  explicit RawSqlite(const std::string& path) {
    EXPECT_EQ(sqlite3_open(path.c_str(), &database_), SQLITE_OK) << path;
    sqlite3_busy_timeout(database_, 10'000);
  }
  ~RawSqlite() { sqlite3_close(database_); }

  RawSqlite(const RawSqlite&) = delete;
  RawSqlite& operator=(const RawSqlite&) = delete;

  void Run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(database_);
  }

  // The first column of every row.
  std::vector<std::string> Query(const std::string& sql) {
    std::vector<std::string> rows;
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(database_);
    while (sqlite3_step(statement) == SQLITE_ROW) {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, 0));
      rows.emplace_back(bytes == nullptr ? "" : bytes, sqlite3_column_bytes(statement, 0));
    }
    sqlite3_finalize(statement);
    return rows;
  }

  // As the Python module makes its table and a user's row.
  void MakeLegacyTable() {
    Run("CREATE TABLE IF NOT EXISTS encryption_keys "
        "(user_id TEXT PRIMARY KEY, encrypted_key BLOB NOT NULL, created_at TEXT NOT NULL)");
  }
  void InsertLegacy(const store::LegacyRow& row) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database_, "INSERT OR IGNORE INTO encryption_keys VALUES (?, ?, ?)", -1,
                       &statement, nullptr);
    sqlite3_bind_text(statement, 1, row.user_id.data(), static_cast<int>(row.user_id.size()),
                      SQLITE_STATIC);
    sqlite3_bind_blob(statement, 2, row.encrypted_key.data(),
                      static_cast<int>(row.encrypted_key.size()), SQLITE_STATIC);
    sqlite3_bind_text(statement, 3, row.created_at.c_str(), -1, SQLITE_STATIC);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE) << sqlite3_errmsg(database_);
    sqlite3_finalize(statement);
  }

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TESTING_RAW_SQLITE_H_
