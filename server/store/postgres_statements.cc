#include "server/store/postgres_statements.h"

#include <vector>

namespace keyward::store::sql {
namespace {

#define KEYWARD_COLUMNS                                                                      \
  "SELECT id.user_id, u.primary_version, u.min_version, u.state, k.version, k.kek_id,"       \
  " k.wrap_format, k.wrapped_key, k.state, k.created_at, u.etag, u.purge_at, u.rotation_id," \
  " u.state_before_delete, k.messages "
#define KEYWARD_ROWS                                 \
  " LEFT JOIN users u ON u.user_id = id.user_id"     \
  " LEFT JOIN user_keys k ON k.user_id = id.user_id" \
  " ORDER BY id.user_id COLLATE \"C\", k.version DESC"
#define KEYWARD_VERSION_COLUMNS \
  "user_id, version, kek_id, wrap_format, wrapped_key, state, created_at, messages"
#define KEYWARD_VERSIONS                                                                   \
  "unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bigint[]," \
  " $7::bigint[], $8::bigint[]) AS n(" KEYWARD_VERSION_COLUMNS ")"
#define KEYWARD_NEW_VERSIONS                        \
  "INSERT INTO user_keys (" KEYWARD_VERSION_COLUMNS \
  ") SELECT n.user_id, n.version, n.kek_id,"        \
  " n.wrap_format, n.wrapped_key, n.state, n.created_at, n.messages FROM " KEYWARD_VERSIONS

}  // namespace

constexpr PostgresStatement kFind = {
    "find", KEYWARD_COLUMNS "FROM unnest($1::text[]) AS id(user_id)" KEYWARD_ROWS};
constexpr PostgresStatement kPage = {
    "page", KEYWARD_COLUMNS
    "FROM (SELECT user_id FROM (SELECT user_id FROM users WHERE user_id > $1::text ORDER BY user_id"
    " LIMIT $2::bigint) a UNION SELECT user_id FROM (SELECT DISTINCT user_id FROM user_keys"
    " WHERE user_id > $1::text ORDER BY user_id LIMIT $2::bigint) b"
    " ORDER BY user_id LIMIT $2::bigint) id" KEYWARD_ROWS};

constexpr PostgresStatement kLockKeys = {"lock_keys",
                                         "SELECT version FROM user_keys WHERE user_id = "
                                         "ANY($1::text[]) ORDER BY user_id, version FOR UPDATE"};
constexpr PostgresStatement kLockUsers = {
    "lock_users",
    "SELECT etag FROM users WHERE user_id = ANY($1::text[]) ORDER BY user_id FOR UPDATE"};

constexpr PostgresStatement kCreate = {
    "create_keys", KEYWARD_NEW_VERSIONS
    " WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.user_id = n.user_id)"
    " AND NOT EXISTS (SELECT 1 FROM user_keys k WHERE k.user_id = n.user_id)"
    " AND NOT EXISTS (SELECT 1 FROM retired_keks r WHERE r.kek_id = n.kek_id)"
    " ORDER BY n.user_id COLLATE \"C\" ON CONFLICT DO NOTHING RETURNING user_id"};
constexpr PostgresStatement kInsertVersions = {"insert_versions", KEYWARD_NEW_VERSIONS};
constexpr PostgresStatement kReplaceVersions = {
    "replace_versions",
    "UPDATE user_keys AS k SET kek_id = n.kek_id, wrap_format = n.wrap_format,"
    " wrapped_key = n.wrapped_key, state = n.state, created_at = n.created_at, messages = "
    "n.messages"
    " FROM " KEYWARD_VERSIONS " WHERE k.user_id = n.user_id AND k.version = n.version"};
constexpr PostgresStatement kPutUsers = {
    "put_users",
    "INSERT INTO users (user_id, primary_version, min_version, state, etag, purge_at, rotation_id,"
    " state_before_delete) SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], "
    "$4::bigint[],"
    " $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])"
    " ON CONFLICT (user_id) DO UPDATE SET primary_version = excluded.primary_version,"
    " min_version = excluded.min_version, state = excluded.state, etag = excluded.etag,"
    " purge_at = excluded.purge_at, rotation_id = excluded.rotation_id,"
    " state_before_delete = excluded.state_before_delete"};
constexpr PostgresStatement kDropUsers = {"drop_users",
                                          "DELETE FROM users WHERE user_id = ANY($1::text[])"};

constexpr PostgresStatement kCountChanges = {
    "count_changes",
    "UPDATE change_sequence SET value = value + coalesce(array_length($1::text[], 1), 0) WHERE id "
    "= 1"};
constexpr PostgresStatement kNameChanges = {
    "name_changes",
    "INSERT INTO changes (value, user_id) SELECT s.value + 1 - n.place, n.user_id FROM "
    "change_sequence s,"
    " unnest($1::text[]) WITH ORDINALITY AS n(user_id, place) WHERE s.id = 1"};
constexpr PostgresStatement kLastChange = {"last_change",
                                           "SELECT value FROM change_sequence WHERE id = 1"};
constexpr PostgresStatement kChangesAfter = {
    "changes_after",
    "SELECT value, user_id FROM changes WHERE value > $1::bigint ORDER BY value LIMIT 1000"};
constexpr PostgresStatement kForgetChanges = {"forget_changes",
                                              "DELETE FROM changes WHERE value <= (SELECT value "
                                              "FROM change_sequence WHERE id = 1) - $1::bigint"};

constexpr PostgresStatement kNotify = {"notify", "SELECT pg_notify('keyward_changes', '')"};

constexpr PostgresStatement kDueForPurge = {
    "due_for_purge",
    "SELECT user_id FROM users WHERE state = 3 AND purge_at > 0 AND purge_at <= $1::bigint"
    " ORDER BY purge_at, user_id LIMIT $2::bigint"};
constexpr PostgresStatement kCountByKek = {
    "count_by_kek",
    "SELECT kek_id, count(*)::bigint FROM user_keys WHERE state <> 3 AND length(kek_id) = 8"
    " GROUP BY kek_id ORDER BY kek_id"};
constexpr PostgresStatement kWrapsKeys = {
    "wraps_keys",
    "SELECT count(*)::bigint FROM (SELECT 1 FROM user_keys WHERE kek_id = $1::bytea AND state <> 3"
    " LIMIT 1) AS one"};
constexpr PostgresStatement kPutRetiredKek = {
    "put_retired_kek",
    "INSERT INTO retired_keks (kek_id, retired_at) VALUES ($1::bytea, $2::bigint) ON CONFLICT DO "
    "NOTHING"};
constexpr PostgresStatement kRetiredKeks = {
    "retired_keks", "SELECT kek_id, retired_at FROM retired_keks ORDER BY kek_id"};
constexpr PostgresStatement kPutNote = {"put_note",
                                        "INSERT INTO notes (name, text) VALUES ($1::text, $2::text)"
                                        " ON CONFLICT (name) DO UPDATE SET text = excluded.text"};
constexpr PostgresStatement kDropNote = {"drop_note", "DELETE FROM notes WHERE name = $1::text"};
constexpr PostgresStatement kGetNote = {"get_note", "SELECT text FROM notes WHERE name = $1::text"};

absl::Span<const PostgresStatement> All() {
  static constexpr PostgresStatement kAll[] = {
      kBegin,        kCommit,         kMayWrap,         kNobodyWraps,
      kFind,         kPage,           kLockKeys,        kLockUsers,
      kCreate,       kInsertVersions, kReplaceVersions, kPutUsers,
      kDropUsers,    kCountChanges,   kNameChanges,     kLastChange,
      kChangesAfter, kForgetChanges,  kDueForPurge,     kCountByKek,
      kWrapsKeys,    kPutRetiredKek,  kRetiredKeks,     kPutNote,
      kDropNote,     kGetNote};
  return kAll;
}

}  // namespace keyward::store::sql
