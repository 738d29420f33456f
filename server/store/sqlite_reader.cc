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
    "SELECT u.user_id, u.primary_version, u.min_version, u.state,"
    " k.version, k.kek_id, k.wrap_format, k.wrapped_key, k.state, k.created_at ";
constexpr char kFind[] =
    "FROM users u LEFT JOIN user_keys k ON k.user_id = u.user_id"
    " WHERE u.user_id = ?1 ORDER BY k.version DESC";
constexpr char kPage[] =
    "FROM (SELECT * FROM users WHERE user_id > ?1 ORDER BY user_id LIMIT ?2) u"
    " LEFT JOIN user_keys k ON k.user_id = u.user_id ORDER BY u.user_id, k.version DESC";

// A number that no row of ours holds becomes 0, which is no version, state or format either.
template <typename T>
T Narrow(int64_t value) {
  return value >= 0 && value <= std::numeric_limits<T>::max() ? static_cast<T>(value) : T{0};
}

UserKeys UserOf(const SqliteStatement& row) {
  UserKeys keys;
  keys.user_id = row.Bytes(0);
  keys.primary_version = Narrow<uint32_t>(row.Int(1));
  keys.min_version = Narrow<uint32_t>(row.Int(2));
  keys.state = static_cast<UserState>(Narrow<int>(row.Int(3)));
  return keys;
}

KeyVersion VersionOf(const SqliteStatement& row) {
  KeyVersion key;
  key.version = Narrow<uint32_t>(row.Int(4));
  key.kek_id = row.Bytes(5);
  key.wrap_format = Narrow<int>(row.Int(6));
  key.wrapped_key = row.Bytes(7);
  key.state = static_cast<VersionState>(Narrow<int>(row.Int(8)));
  key.created_at_micros = row.Int(9);
  return key;
}

// All rows, those of one user together as one.
absl::StatusOr<std::vector<UserKeys>> Collect(SqliteStatement& statement) {
  std::vector<UserKeys> users;
  absl::StatusOr<bool> row = statement.Step();
  for (; row.ok() && *row; row = statement.Step()) {
    UserKeys user = UserOf(statement);
    if (users.empty() || users.back().user_id != user.user_id) users.push_back(std::move(user));
    constexpr int kVersion = 4;
    if (!statement.IsNull(kVersion)) users.back().versions.push_back(VersionOf(statement));
  }
  if (!row.ok()) return row.status();
  return users;
}

}  // namespace

SqliteReader::SqliteReader(SqliteStatement find, SqliteStatement page)
    : find_(std::move(find)), page_(std::move(page)) {}

absl::StatusOr<SqliteReader> SqliteReader::Prepare(SqliteConnection& connection) {
  absl::StatusOr<SqliteStatement> find = connection.Prepare(absl::StrCat(kColumns, kFind));
  if (!find.ok()) return find.status();
  absl::StatusOr<SqliteStatement> page = connection.Prepare(absl::StrCat(kColumns, kPage));
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

absl::StatusOr<std::vector<UserKeys>> SqliteReader::Page(const std::string& after, int limit) {
  page_.BindText(1, after);
  page_.BindInt(2, std::max(limit, 0));
  absl::StatusOr<std::vector<UserKeys>> page = Collect(page_);
  if (!page.ok()) return page.status();
  for (UserKeys& user : *page) DropImpossibleKeys(user);
  return page;
}

}  // namespace keyward::store
