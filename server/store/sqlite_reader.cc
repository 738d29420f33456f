#include "server/store/sqlite_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/stored_row.h"

namespace keyward::store {
namespace {

constexpr char kColumns[] =
    "SELECT id.user_id, u.primary_version, u.min_version, u.state,"
    " k.version, k.kek_id, k.wrap_format, k.wrapped_key, k.state, k.created_at ";
constexpr char kFind[] = "FROM (SELECT ?1 AS user_id) id ";
constexpr char kPage[] =
    "FROM (SELECT user_id FROM users WHERE user_id > ?1"
    " UNION SELECT user_id FROM user_keys WHERE user_id > ?1 ORDER BY user_id LIMIT ?2) id ";
constexpr char kRows[] =
    "LEFT JOIN users u ON u.user_id = id.user_id"
    " LEFT JOIN user_keys k ON k.user_id = id.user_id ORDER BY id.user_id, k.version DESC";
// Columns that are null where there is no row.
constexpr int kUserState = 3;
constexpr int kVersion = 4;

// A number that no row of ours holds becomes 0, which is no version, state or format either.
template <typename T>
T Narrow(int64_t value) {
  return value >= 0 && value <= std::numeric_limits<T>::max() ? static_cast<T>(value) : T{0};
}

// Without a row of their own: active, and the newest version is the primary one.
UserKeys UserOf(const SqliteStatement& row) {
  UserKeys keys;
  keys.user_id = row.Bytes(0);
  if (row.IsNull(kUserState)) {
    keys.primary_version = Narrow<uint32_t>(row.Int(kVersion));
    return keys;
  }
  keys.primary_version = Narrow<uint32_t>(row.Int(1));
  keys.min_version = Narrow<uint32_t>(row.Int(2));
  keys.state = static_cast<UserState>(Narrow<int>(row.Int(kUserState)));
  return keys;
}

KeyVersion VersionOf(const SqliteStatement& row) {
  KeyVersion key;
  key.version = Narrow<uint32_t>(row.Int(kVersion));
  key.kek_id = row.Bytes(5);
  key.wrap_format = Narrow<int>(row.Int(6));
  key.wrapped_key = row.Bytes(7);
  key.state = static_cast<VersionState>(Narrow<int>(row.Int(8)));
  key.created_at_micros = row.Int(9);
  return key;
}

// All rows, those of one user together as one. Nobody has neither a row nor a key.
absl::StatusOr<std::vector<UserKeys>> Collect(SqliteStatement& statement) {
  std::vector<UserKeys> users;
  absl::StatusOr<bool> row = statement.Step();
  for (; row.ok() && *row; row = statement.Step()) {
    if (statement.IsNull(kUserState) && statement.IsNull(kVersion)) continue;
    UserKeys user = UserOf(statement);
    if (users.empty() || users.back().user_id != user.user_id) users.push_back(std::move(user));
    if (!statement.IsNull(kVersion)) users.back().versions.push_back(VersionOf(statement));
  }
  if (!row.ok()) return row.status();
  return users;
}

}  // namespace

SqliteReader::SqliteReader(SqliteStatement find, SqliteStatement page)
    : find_(std::move(find)), page_(std::move(page)) {}

absl::StatusOr<SqliteReader> SqliteReader::Prepare(SqliteConnection& connection) {
  absl::StatusOr<SqliteStatement> find = connection.Prepare(absl::StrCat(kColumns, kFind, kRows));
  if (!find.ok()) return find.status();
  absl::StatusOr<SqliteStatement> page = connection.Prepare(absl::StrCat(kColumns, kPage, kRows));
  if (!page.ok()) return page.status();
  return SqliteReader(*std::move(find), *std::move(page));
}

absl::StatusOr<UserKeys> SqliteReader::Find(const std::string& user_id) {
  find_.BindText(1, user_id);
  absl::StatusOr<std::vector<UserKeys>> found = Collect(find_);
  if (!found.ok()) return found.status();
  if (found->empty()) return errors::UserKeyNotFound();
  if (absl::Status sound = CheckUserKeys(found->front()); !sound.ok()) return sound;
  return std::move(found->front());
}

absl::StatusOr<std::vector<UserKeys>> SqliteReader::PageAsStored(const std::string& after,
                                                                 int limit) {
  page_.BindText(1, after);
  page_.BindInt(2, std::max(limit, 0));
  return Collect(page_);
}

absl::StatusOr<std::vector<UserKeys>> SqliteReader::Page(const std::string& after, int limit) {
  absl::StatusOr<std::vector<UserKeys>> page = PageAsStored(after, limit);
  if (!page.ok()) return page;
  for (UserKeys& user : *page) DropImpossibleKeys(user);
  return page;
}

}  // namespace keyward::store
