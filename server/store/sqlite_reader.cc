#include "server/store/sqlite_reader.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/sqlite_schema.h"
#include "server/store/stored_row.h"

namespace keyward::store {
namespace {

constexpr char kColumns[] =
    "SELECT id.user_id, u.primary_version, u.min_version, u.state,"
    " k.version, k.kek_id, k.wrap_format, k.wrapped_key, k.state, k.created_at, u.etag,";
// What schema 3 added, and what it gave the rows that were there.
constexpr char kColumnsOfSchema3[] =
    " u.purge_at, u.rotation_id, u.state_before_delete, k.messages ";
constexpr char kColumnsBeforeSchema3[] = " 0, '', 1, 0 ";
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
  keys.etag = row.Int(10);
  keys.purge_at_micros = row.Int(11);
  keys.rotation_id = row.Bytes(12);
  keys.state_before_delete = static_cast<UserState>(Narrow<int>(row.Int(13)));
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
  key.messages = row.Int(14);
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

// What `item_of` makes of each row.
template <typename Item, typename ItemOf>
absl::StatusOr<std::vector<Item>> CollectRows(SqliteStatement& statement, const ItemOf& item_of) {
  std::vector<Item> items;
  absl::StatusOr<bool> row = statement.Step();
  for (; row.ok() && *row; row = statement.Step()) items.push_back(item_of(statement));
  if (!row.ok()) return row.status();
  return items;
}

}  // namespace

SqliteReader::SqliteReader(SqliteConnection& connection, SqliteStatement find, SqliteStatement page)
    : connection_(&connection), find_(std::move(find)), page_(std::move(page)) {}

absl::StatusOr<SqliteReader> SqliteReader::Prepare(SqliteConnection& connection) {
  const absl::StatusOr<int64_t> schema = SqliteSchema(connection);
  if (!schema.ok()) return schema.status();
  const std::string columns =
      absl::StrCat(kColumns, *schema < 3 ? kColumnsBeforeSchema3 : kColumnsOfSchema3);
  absl::StatusOr<SqliteStatement> find = connection.Prepare(absl::StrCat(columns, kFind, kRows));
  if (!find.ok()) return find.status();
  absl::StatusOr<SqliteStatement> page = connection.Prepare(absl::StrCat(columns, kPage, kRows));
  if (!page.ok()) return page.status();
  return SqliteReader(connection, *std::move(find), *std::move(page));
}

absl::StatusOr<UserKeys> SqliteReader::FindAsStored(const std::string& user_id) {
  find_.BindText(1, user_id);
  absl::StatusOr<std::vector<UserKeys>> found = Collect(find_);
  if (!found.ok()) return found.status();
  if (found->empty()) return errors::UserKeyNotFound();
  return std::move(found->front());
}

absl::StatusOr<UserKeys> SqliteReader::Find(const std::string& user_id) {
  absl::StatusOr<UserKeys> found = FindAsStored(user_id);
  if (!found.ok()) return found;
  if (absl::Status sound = CheckUserKeys(*found); !sound.ok()) return sound;
  return found;
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

absl::StatusOr<std::vector<std::string>> SqliteReader::FindDueForPurge(int64_t micros, int limit) {
  absl::StatusOr<SqliteStatement> due = connection_->Prepare(
      "SELECT user_id FROM users WHERE state = 3 AND purge_at > 0 AND purge_at <= ?1"
      " ORDER BY purge_at, user_id LIMIT ?2");
  if (!due.ok()) return due.status();
  due->BindInt(1, micros);
  due->BindInt(2, std::max(limit, 0));
  return CollectRows<std::string>(*due, [](const SqliteStatement& row) { return row.Bytes(0); });
}

absl::StatusOr<std::vector<RetiredKek>> SqliteReader::RetiredKeks() {
  absl::StatusOr<SqliteStatement> retired =
      connection_->Prepare("SELECT kek_id, retired_at FROM retired_keks ORDER BY kek_id");
  if (!retired.ok()) return retired.status();
  return CollectRows<RetiredKek>(*retired, [](const SqliteStatement& row) {
    return RetiredKek{row.Bytes(0), row.Int(1)};
  });
}

absl::StatusOr<std::string> SqliteReader::GetNote(const std::string& name) {
  absl::StatusOr<SqliteStatement> note =
      connection_->Prepare("SELECT text FROM notes WHERE name = ?1");
  if (!note.ok()) return note.status();
  note->BindText(1, name);
  const auto texts =
      CollectRows<std::string>(*note, [](const SqliteStatement& row) { return row.Bytes(0); });
  if (!texts.ok()) return texts.status();
  return texts->empty() ? std::string() : texts->front();
}

}  // namespace keyward::store
