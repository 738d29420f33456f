#include "server/store/postgres_update.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "server/errors/errors.h"
#include "server/store/postgres_rows.h"
#include "server/store/postgres_statements.h"
#include "server/store/user_change.h"

namespace keyward::store {
namespace {

// What a transaction found, and made of it.
class Changes {
 public:
  Changes(const std::vector<UserKeys>& found, std::set<std::string> retired_keks)
      : retired_keks_(std::move(retired_keks)) {
    for (const UserKeys& user : found) users_.emplace(user.user_id, State{user, user});
  }

  absl::StatusOr<UserKeys> Apply(const std::string& user_id, const KeyStore::Change& change) {
    const auto user = users_.find(user_id);
    if (user == users_.end()) return errors::UserKeyNotFound();
    UserKeys& now = user->second.now;
    absl::StatusOr<std::optional<UserKeys>> next = ChangeUser(now, change);
    if (!next.ok()) return next.status();
    if (!next->has_value()) return now;
    if (IsUnderRetiredKek(now, **next, retired_keks_)) return errors::EncryptionDisabled();
    now = **std::move(next);
    return now;
  }

  // Sends what is to be written. `notify`: with a notice for caches that have to follow.
  void Send(PostgresConnection& connection, bool notify) const;
  bool Erases() const {
    for (const auto& [id, user] : users_) {
      if (TakesKeysAway(user.before, user.now)) return true;
    }
    return false;
  }

 private:
  struct State {
    UserKeys before, now;
  };
  static void Sort(const State& user, std::vector<OwnedVersion>& inserts,
                   std::vector<OwnedVersion>& replaces);

  const std::set<std::string> retired_keks_;
  std::map<std::string, State> users_;
};

void Changes::Sort(const State& user, std::vector<OwnedVersion>& inserts,
                   std::vector<OwnedVersion>& replaces) {
  for (const KeyVersion& key : user.now.versions) {
    const KeyVersion* before = FindVersion(user.before, key.version);
    if (before == nullptr) {
      inserts.emplace_back(user.now.user_id, key);
    } else if (!(*before == key)) {
      replaces.emplace_back(user.now.user_id, key);
    }
  }
}

void Changes::Send(PostgresConnection& connection, bool notify) const {
  std::vector<OwnedVersion> inserts, replaces;
  std::vector<UserKeys> puts;
  std::vector<std::string> drops, followed;
  for (const auto& [id, user] : users_) {
    Sort(user, inserts, replaces);
    if (CachesHaveToFollow(user.before, user.now)) followed.push_back(id);
    const bool is_as_new = IsAsNew(user.now);
    if (is_as_new == IsAsNew(user.before) && HaveSameUser(user.before, user.now)) continue;
    if (is_as_new) {
      drops.push_back(id);
    } else {
      puts.push_back(user.now);
    }
  }
  if (!inserts.empty()) connection.Send(sql::kInsertVersions, VersionColumns(inserts));
  if (!replaces.empty()) connection.Send(sql::kReplaceVersions, VersionColumns(replaces));
  if (!puts.empty()) connection.Send(sql::kPutUsers, UserColumns(puts));
  if (!drops.empty()) connection.Send(sql::kDropUsers, PostgresParams().Texts(drops));
  if (followed.empty()) return;
  // Last, since all other changes wait for whoever has counted.
  connection.Send(sql::kCountChanges, PostgresParams().Texts(followed));
  connection.Send(sql::kNameChanges, PostgresParams().Texts(followed));
  if (notify) connection.Send(sql::kNotify);
}

std::set<std::string> KekIds(const PostgresResult& rows) {
  std::set<std::string> ids;
  for (int row = 0; row < rows.rows(); ++row) ids.insert(rows.Bytes(row, 0));
  return ids;
}

// Locks the users, and reads what is stored of them now.
absl::StatusOr<Changes> Read(PostgresConnection& connection, const PostgresParams& ids) {
  connection.Send(sql::kMayWrap);
  connection.Send(sql::kLockKeys, ids);
  connection.Send(sql::kLockUsers, ids);
  connection.Send(sql::kRetiredKeks);
  connection.Send(sql::kFind, ids);
  const auto results = connection.Finish();
  if (!results.ok()) return results.status();
  return Changes(UsersOf(results->back()), KekIds((*results)[results->size() - 2]));
}

}  // namespace

PostgresUpdate UpdateUsers(PostgresSession& session, const std::vector<std::string>& user_ids,
                           const KeyStore::Change& change) {
  std::set<std::string> distinct;
  for (const std::string& user_id : user_ids) {
    if (IsStorableText(user_id)) distinct.insert(user_id);
  }
  const PostgresParams ids = PostgresParams().Texts({distinct.begin(), distinct.end()});
  PostgresUpdate update;
  const absl::Status done = session.Transact([&](PostgresConnection& connection) {
    absl::StatusOr<Changes> changes = Read(connection, ids);
    if (!changes.ok()) return changes.status();
    update.results.clear();
    for (const std::string& user_id : user_ids) {
      update.results.push_back(changes->Apply(user_id, change));
    }
    update.erases = changes->Erases();
    changes->Send(connection, session.can_notify());
    return absl::OkStatus();
  });
  if (!done.ok()) return {std::vector<absl::StatusOr<UserKeys>>(user_ids.size(), done), false};
  return update;
}

absl::Status RetireMasterKey(PostgresSession& session, const std::string& kek_id, int64_t micros) {
  const PostgresParams id = PostgresParams().Bytes(kek_id);
  // Without the lock first: one that is in use is mostly refused here, and keeps nobody waiting.
  const auto in_use = session.Run(sql::kWrapsKeys, id);
  if (!in_use.ok()) return in_use.status();
  bool needed = in_use->Int(0, 0) != 0;
  if (!needed) {
    const absl::Status done = session.Transact([&](PostgresConnection& connection) {
      connection.Send(sql::kNobodyWraps);
      connection.Send(sql::kWrapsKeys, id);
      const auto results = connection.Finish();
      if (!results.ok()) return results.status();
      needed = results->back().Int(0, 0) != 0;
      if (needed) return absl::OkStatus();
      connection.Send(sql::kPutRetiredKek, PostgresParams().Bytes(kek_id).Int(micros));
      // A change of nobody: a standby that knows of it has every key as it was wrapped anew.
      const PostgresParams nobody = PostgresParams().Texts({""});
      connection.Send(sql::kCountChanges, nobody);
      connection.Send(sql::kNameChanges, nobody);
      return absl::OkStatus();
    });
    if (!done.ok()) return done;
  }
  return needed ? errors::KekInUse("keys are wrapped under it") : absl::OkStatus();
}

}  // namespace keyward::store
