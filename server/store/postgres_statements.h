#ifndef KEYWARD_SERVER_STORE_POSTGRES_STATEMENTS_H_
#define KEYWARD_SERVER_STORE_POSTGRES_STATEMENTS_H_

#include "absl/types/span.h"
#include "server/store/postgres_connection.h"

// What is said to a Keyward database on PostgreSQL. They are plain SQL, so that engines that speak
// its protocol take them too: no advisory locks, and notices only where they are known.
namespace keyward::store::sql {

inline constexpr PostgresStatement kBegin = {"begin", "BEGIN"};
inline constexpr PostgresStatement kCommit = {"commit", "COMMIT"};

// Held until the transaction's end: shared by those that wrap keys, alone by one that retires a
// master key.
inline constexpr PostgresStatement kMayWrap = {"may_wrap",
                                               "SELECT id FROM wrapping WHERE id = 1 FOR SHARE"};
inline constexpr PostgresStatement kNobodyWraps = {
    "nobody_wraps", "SELECT id FROM wrapping WHERE id = 1 FOR UPDATE"};

// $1: ids. All that is stored of them, in the order of UsersOf.
extern const PostgresStatement kFind;
// $1: the id before, $2: how many.
extern const PostgresStatement kPage;

// $1: ids. In their order, so that two who lock the same wait for one another, and do not meet head
// on.
extern const PostgresStatement kLockKeys;
extern const PostgresStatement kLockUsers;

// $1 to $8: ids, and the columns of user_keys. The first answers the ids of those that were stored;
// those who are there already, or whose master key is retired, are not.
extern const PostgresStatement kCreate;
extern const PostgresStatement kInsertVersions;
extern const PostgresStatement kReplaceVersions;
// $1 to $8: the columns of users.
extern const PostgresStatement kPutUsers;
// $1: ids.
extern const PostgresStatement kDropUsers;

// $1: ids whose change caches have to follow. The first counts them, under a lock until the
// transaction's end, so that the numbers come in the order of the commits; the second names them.
extern const PostgresStatement kCountChanges;
extern const PostgresStatement kNameChanges;
// How many changes there were; then $1: from which on, and the first thousand of them.
extern const PostgresStatement kLastChange;
extern const PostgresStatement kChangesAfter;
// $1: how many are kept.
extern const PostgresStatement kForgetChanges;

// Notices, with which caches need not wait for the next look. An engine need not have them: the
// first tells whether it does, on a channel that nobody listens to, and is no prepared statement;
// nor is the second. The third, sent in the transaction of a change, is told with its commit.
inline constexpr char kTryNotify[] = "SELECT pg_notify('keyward_trial', '')";
inline constexpr char kListen[] = "LISTEN keyward_changes";
extern const PostgresStatement kNotify;

extern const PostgresStatement kDueForPurge;  // $1: micros, $2: how many
extern const PostgresStatement kCountByKek;
extern const PostgresStatement kWrapsKeys;      // $1: the master key's id; answers 0 or 1
extern const PostgresStatement kPutRetiredKek;  // $1: id, $2: micros
extern const PostgresStatement kRetiredKeks;
extern const PostgresStatement kPutNote;   // $1: name, $2: text
extern const PostgresStatement kDropNote;  // $1: name
extern const PostgresStatement kGetNote;   // $1: name

// But for kNotify.
absl::Span<const PostgresStatement> All();

}  // namespace keyward::store::sql

#endif  // KEYWARD_SERVER_STORE_POSTGRES_STATEMENTS_H_
