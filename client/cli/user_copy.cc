#include "client/cli/user_copy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "server/keyring/kek_rewrap_job.h"
#include "server/store/stored_row.h"
#include "server/store/user_change.h"
#include "server/sync/await.h"

namespace keyward::cli {
namespace {

using store::KeyStore;
using store::UserKeys;

// Each is a commit of its own.
constexpr int kUsersAtOnce = 500;

absl::StatusOr<std::vector<UserKeys>> Page(KeyStore& store, const std::string& after) {
  return sync::Await<absl::StatusOr<std::vector<UserKeys>>>(
      [&](auto done) { store.PageAsStored(after, kUsersAtOnce, std::move(done)); });
}

// Who has a version at all, and none that could not be read back.
bool CanBeCopied(const UserKeys& user) {
  return !user.versions.empty() && store::CheckUserKeys(user).ok();
}

// With the oldest version, by which a user who is there is told from another.
std::vector<absl::StatusOr<store::Created>> CreateAll(KeyStore& store,
                                                      const std::vector<const UserKeys*>& users) {
  std::vector<store::NewUser> created;
  for (const UserKeys* user : users) created.push_back({user->user_id, user->versions.back()});
  return sync::Await<std::vector<absl::StatusOr<store::Created>>>(
      [&](auto done) { store.CreateMany(std::move(created), std::move(done)); });
}

// A copy that broke off left the oldest version alone, and nothing else.
bool IsHalfCopied(const UserKeys& theirs, const UserKeys& user) {
  return theirs.versions.size() == 1 && theirs.versions.front() == user.versions.back() &&
         store::IsAsNew(theirs);
}

bool HasKeyOf(const UserKeys& theirs, const UserKeys& user) {
  return std::any_of(theirs.versions.begin(), theirs.versions.end(), [&](const auto& key) {
    const store::KeyVersion* ours = store::FindVersion(user, key.version);
    return ours != nullptr && !ours->wrapped_key.empty() && ours->wrapped_key == key.wrapped_key;
  });
}

std::vector<absl::StatusOr<UserKeys>> UpdateAll(
    KeyStore& store, const std::map<std::string, const UserKeys*>& users) {
  std::vector<std::string> ids;
  for (const auto& [id, user] : users) ids.push_back(id);
  return sync::Await<std::vector<absl::StatusOr<UserKeys>>>([&](auto done) {
    store.UpdateMany(
        std::move(ids),
        [&](const UserKeys& now) -> absl::StatusOr<std::optional<UserKeys>> {
          const UserKeys& user = *users.at(now.user_id);
          // Between the two somebody may have changed the user.
          if (!IsHalfCopied(now, user)) return std::nullopt;
          return user;
        },
        std::move(done));
  });
}

}  // namespace

absl::Status UserCopy::Run() {
  absl::Status done = CopyUsers();
  if (done.ok()) done = CopyRest();
  if (done.ok()) done = Compare();
  if (done.ok()) done = LookForOthers();
  return done;
}

void UserCopy::Fault(const std::string& user_id, std::string_view reason) {
  ++counts_.faults;
  told_.insert(user_id);
  on_fault_(user_id, reason);
}

absl::Status UserCopy::CopyUsers() {
  std::string after;
  while (true) {
    const auto page = Page(from_, after);
    if (!page.ok()) return page.status();
    if (page->empty()) return absl::OkStatus();
    after = page->back().user_id;
    if (absl::Status copied = CopyPage(*page); !copied.ok()) return copied;
    on_progress_("copied", counts_.users);
  }
}

absl::Status UserCopy::CopyPage(const std::vector<UserKeys>& users) {
  std::vector<const UserKeys*> wanted;
  for (const UserKeys& user : users) {
    ++counts_.users;
    counts_.versions += user.versions.size();
    if (CanBeCopied(user)) {
      wanted.push_back(&user);
    } else {
      Fault(user.user_id, "ROW_MALFORMED");
    }
  }
  const auto created = CreateAll(to_, wanted);
  std::map<std::string, const UserKeys*> unlike;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!created[i].ok()) return created[i].status();
    const UserKeys& theirs = created[i]->keys;
    const bool is_as_wanted = theirs == *wanted[i];
    if (!is_as_wanted && !created[i]->created && !IsHalfCopied(theirs, *wanted[i])) {
      const bool changed = HasKeyOf(theirs, *wanted[i]) || store::IsTombstone(theirs);
      Fault(wanted[i]->user_id, changed ? "CHANGED_SINCE" : "ANOTHER_KEY");
      continue;
    }
    if (created[i]->created || !is_as_wanted) ++counts_.copied;
    if (!is_as_wanted) unlike.emplace(wanted[i]->user_id, wanted[i]);
  }
  if (unlike.empty()) return absl::OkStatus();
  for (const auto& updated : UpdateAll(to_, unlike)) {
    if (!updated.ok()) return updated.status();
  }
  return absl::OkStatus();
}

absl::Status UserCopy::CopyRest() {
  // After the users: what is wrapped under a retired one is not stored.
  const auto retired = sync::Await<absl::StatusOr<std::vector<store::RetiredKek>>>(
      [&](auto done) { from_.ListRetiredKeks(std::move(done)); });
  if (!retired.ok()) return retired.status();
  for (const store::RetiredKek& kek : *retired) {
    const absl::Status done = sync::Await<absl::Status>([&](auto answered) {
      to_.RetireKek(kek.kek_id, kek.retired_at_micros, std::move(answered));
    });
    if (!done.ok()) return done;
  }
  const std::string name(keyring::kRewrapNote);
  const auto note = sync::Await<absl::StatusOr<std::string>>(
      [&](auto done) { from_.GetNote(name, std::move(done)); });
  if (!note.ok()) return note.status();
  return sync::Await<absl::Status>([&](auto done) { to_.PutNote(name, *note, std::move(done)); });
}

absl::Status UserCopy::Compare() {
  std::string after;
  std::uint64_t compared = 0;
  while (true) {
    const auto page = Page(from_, after);
    if (!page.ok()) return page.status();
    if (page->empty()) return absl::OkStatus();
    std::vector<std::string> ids;
    for (const UserKeys& user : *page) ids.push_back(user.user_id);
    after = ids.back();
    const auto found = sync::Await<std::vector<absl::StatusOr<UserKeys>>>(
        [&](auto done) { to_.FindMany(std::move(ids), std::move(done)); });
    for (std::size_t i = 0; i < page->size(); ++i) {
      const UserKeys& user = (*page)[i];
      if (absl::IsUnavailable(found[i].status())) return found[i].status();
      const bool is_same = found[i].ok() && *found[i] == user;
      if (!is_same && !told_.contains(user.user_id)) Fault(user.user_id, "NOT_AS_COPIED");
    }
    compared += page->size();
    on_progress_("compared", compared);
  }
}

absl::Status UserCopy::LookForOthers() {
  std::string after;
  while (true) {
    const auto page = Page(to_, after);
    if (!page.ok()) return page.status();
    if (page->empty()) return absl::OkStatus();
    after = page->back().user_id;
    std::vector<std::string> ids;
    for (const UserKeys& user : *page) ids.push_back(user.user_id);
    const auto found = sync::Await<std::vector<absl::StatusOr<UserKeys>>>(
        [&](auto done) { from_.FindMany(std::move(ids), std::move(done)); });
    for (std::size_t i = 0; i < page->size(); ++i) {
      if (absl::IsUnavailable(found[i].status())) return found[i].status();
      if (absl::IsNotFound(found[i].status())) Fault((*page)[i].user_id, "NOT_IN_SOURCE");
    }
  }
}

}  // namespace keyward::cli
