#include "server/store/postgres_create.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "server/errors/errors.h"
#include "server/store/postgres_rows.h"
#include "server/store/postgres_statements.h"
#include "server/store/stored_row.h"

namespace keyward::store {
namespace {

// In the order of their ids, the first of each.
using Firsts = std::map<std::string_view, const NewUser*>;

// The ids of those that were stored.
absl::StatusOr<std::set<std::string, std::less<>>> Insert(PostgresSession& session,
                                                          const Firsts& users) {
  std::vector<OwnedVersion> versions;
  versions.reserve(users.size());
  for (const auto& [id, user] : users) versions.emplace_back(user->user_id, user->key);
  const PostgresParams columns = VersionColumns(versions);
  std::set<std::string, std::less<>> stored;
  const absl::Status done = session.Transact([&](PostgresConnection& connection) {
    connection.Send(sql::kMayWrap);
    connection.Send(sql::kCreate, columns);
    const auto results = connection.Finish();
    if (!results.ok()) return results.status();
    stored.clear();
    const PostgresResult& inserted = results->back();
    for (int row = 0; row < inserted.rows(); ++row) stored.insert(inserted.Bytes(row, 0));
    return absl::OkStatus();
  });
  if (!done.ok()) return done;
  return stored;
}

absl::StatusOr<Created> AsStored(const NewUser& user) {
  Created created;
  created.created = true;
  created.keys.user_id = user.user_id;
  created.keys.primary_version = user.key.version;
  created.keys.versions.push_back(user.key);
  return created;
}

absl::StatusOr<Created> AsFound(UserKeys keys) {
  if (absl::Status sound = CheckUserKeys(keys); !sound.ok()) return sound;
  return Created{std::move(keys), false};
}

// Those who were not stored are there already, or their master key is retired.
absl::StatusOr<std::map<std::string, UserKeys, std::less<>>> FindOthers(
    PostgresSession& session, const Firsts& users,
    const std::set<std::string, std::less<>>& stored) {
  std::vector<std::string> ids;
  for (const auto& [id, user] : users) {
    if (!stored.contains(id)) ids.emplace_back(id);
  }
  std::map<std::string, UserKeys, std::less<>> found;
  if (ids.empty()) return found;
  auto keys = session.FindAsStored(ids);
  if (!keys.ok()) return keys.status();
  for (UserKeys& user : *keys) found.emplace(user.user_id, std::move(user));
  return found;
}

}  // namespace

std::vector<absl::StatusOr<Created>> CreateUsers(PostgresSession& session,
                                                 const std::vector<const NewUser*>& users) {
  // What could not be read back is never written.
  std::vector<absl::StatusOr<Created>> results(users.size(), errors::StoredKeyCorrupt());
  Firsts firsts;
  for (const NewUser* user : users) {
    if (IsPossibleKey(user->key) && IsStorableText(user->user_id))
      firsts.emplace(user->user_id, user);
  }
  if (firsts.empty()) return results;
  const auto stored = Insert(session, firsts);
  const auto others = stored.ok() ? FindOthers(session, firsts, *stored) : stored.status();
  for (size_t i = 0; i < users.size(); ++i) {
    const auto first = firsts.find(users[i]->user_id);
    if (first == firsts.end() || !IsPossibleKey(users[i]->key)) continue;
    if (!stored.ok()) {
      results[i] = stored.status();
    } else if (stored->contains(users[i]->user_id)) {
      results[i] = AsStored(*first->second);
      results[i]->created = users[i] == first->second;
    } else if (!others.ok()) {
      results[i] = others.status();
    } else if (const auto found = others->find(users[i]->user_id); found != others->end()) {
      results[i] = AsFound(found->second);
    } else {
      results[i] = errors::EncryptionDisabled();
    }
  }
  return results;
}

}  // namespace keyward::store
