#include "server/store/postgres_find.h"

#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "server/errors/errors.h"
#include "server/store/postgres_rows.h"
#include "server/store/postgres_statements.h"
#include "server/store/stored_row.h"

namespace keyward::store {
namespace {

using Users = std::map<std::string, UserKeys>;

absl::StatusOr<UserKeys> Sound(UserKeys user) {
  if (absl::Status sound = CheckUserKeys(user); !sound.ok()) return sound;
  return user;
}

std::set<std::string> DistinctIds(const std::vector<std::vector<std::string>>& calls) {
  std::set<std::string> ids;
  for (const auto& call : calls) {
    for (const std::string& user_id : call) {
      if (IsStorableText(user_id)) ids.insert(user_id);
    }
  }
  return ids;
}

// Adds those whom the standby may tell of, and takes them out of `ids`.
absl::Status AskStandby(PostgresSession& primary, PostgresStandby& standby,
                        std::set<std::string>& ids, Users& users) {
  const auto last = primary.Run(sql::kLastChange);
  if (!last.ok()) return last.status();
  if (last->rows() != 1) return absl::OkStatus();
  for (UserKeys& user : standby.Find({ids.begin(), ids.end()}, last->Int(0, 0))) {
    ids.erase(user.user_id);
    users.emplace(user.user_id, std::move(user));
  }
  return absl::OkStatus();
}

absl::StatusOr<Users> Find(PostgresSession& primary, PostgresStandby* standby,
                           std::set<std::string> ids) {
  Users users;
  if (standby != nullptr && !ids.empty()) {
    if (absl::Status asked = AskStandby(primary, *standby, ids, users); !asked.ok()) return asked;
    if (ids.empty()) return users;
  }
  auto found = primary.FindAsStored({ids.begin(), ids.end()});
  if (!found.ok()) return found.status();
  for (UserKeys& user : *found) users.emplace(user.user_id, std::move(user));
  return users;
}

}  // namespace

std::vector<std::vector<absl::StatusOr<UserKeys>>> FindUsers(
    PostgresSession& primary, PostgresStandby* standby,
    const std::vector<std::vector<std::string>>& calls) {
  const auto users = Find(primary, standby, DistinctIds(calls));
  std::vector<std::vector<absl::StatusOr<UserKeys>>> answers;
  for (const auto& call : calls) {
    auto& results = answers.emplace_back();
    for (const std::string& user_id : call) {
      if (!users.ok()) {
        results.push_back(users.status());
        continue;
      }
      const auto user = users->find(user_id);
      results.push_back(user == users->end() ? errors::UserKeyNotFound() : Sound(user->second));
    }
  }
  return answers;
}

}  // namespace keyward::store
