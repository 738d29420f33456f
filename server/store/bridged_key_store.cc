#include "server/store/bridged_key_store.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"

namespace keyward::store {
namespace {

std::vector<size_t> NotFound(const std::vector<absl::StatusOr<UserKeys>>& found) {
  std::vector<size_t> missing;
  for (size_t i = 0; i < found.size(); ++i) {
    if (absl::IsNotFound(found[i].status())) missing.push_back(i);
  }
  return missing;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BridgedKeyStore>> BridgedKeyStore::Open(
    LegacyDatabaseOptions options, std::unique_ptr<KeyStore> store,
    std::unique_ptr<LegacyTranscoder> transcoder) {
  absl::StatusOr<std::unique_ptr<LegacyDatabase>> writes = LegacyDatabase::Open(options);
  if (!writes.ok()) return writes.status();
  absl::StatusOr<std::unique_ptr<LegacyDatabase>> reads = LegacyDatabase::Open(options);
  if (!reads.ok()) return reads.status();
  absl::StatusOr<LegacySyncReport> report = SyncLegacy(**writes, *store, *transcoder);
  if (!report.ok()) {
    return absl::Status(report.status().code(),
                        absl::StrCat("cannot import the legacy database ", options.path, ": ",
                                     report.status().message()));
  }
  return std::unique_ptr<BridgedKeyStore>(new BridgedKeyStore({
      .store = std::move(store),
      .transcoder = std::move(transcoder),
      .reads = *std::move(reads),
      .writes = *std::move(writes),
      .report = *std::move(report),
  }));
}

BridgedKeyStore::BridgedKeyStore(Parts parts)
    : store_(std::move(parts.store)),
      transcoder_(std::move(parts.transcoder)),
      report_(std::move(parts.report)),
      reads_(std::move(parts.reads)),
      writes_(std::move(parts.writes)),
      writer_([this] { WriteLoop(); }),
      reader_([this] { ReadLoop(); }) {}

BridgedKeyStore::~BridgedKeyStore() {
  calls_.WaitForNone();
  finds_.Close();
  reader_.join();
  creates_.Close();
  writer_.join();
}

void BridgedKeyStore::FindMany(std::vector<std::string> user_ids, FindManyCallback done) {
  std::vector<std::string> ids = user_ids;
  store_->FindMany(std::move(ids), [this, user_ids = std::move(user_ids),
                                    done = calls_.Track(std::move(done))](auto found) mutable {
    std::vector<size_t> missing = NotFound(found);
    if (missing.empty()) return done(std::move(found));
    finds_.Push({std::move(user_ids), std::move(missing), std::move(found), std::move(done)});
  });
}

// While the module holds the file, those who wait for it wait together: one that was told that it is
// busy speaks for all who stood in line with it.
void BridgedKeyStore::ReadLoop() {
  while (true) {
    std::vector<PendingFind> group = finds_.TakeAll();
    if (group.empty()) return;
    absl::Status busy;
    for (PendingFind& find : group) FindInLegacy(std::move(find), busy);
  }
}

void BridgedKeyStore::FindInLegacy(PendingFind find, absl::Status& busy) {
  std::vector<NewUser> imported;
  std::vector<size_t> places;
  for (const size_t i : find.missing) {
    absl::StatusOr<std::optional<KeyVersion>> key =
        busy.ok() ? ImportFromLegacy(find.user_ids[i]) : busy;
    if (absl::IsUnavailable(key.status())) busy = key.status();
    if (!key.ok()) {
      find.results[i] = key.status();
    } else if (key->has_value()) {
      imported.push_back({find.user_ids[i], **std::move(key)});
      places.push_back(i);
    }
  }
  if (imported.empty()) return find.done(std::move(find.results));
  store_->CreateMany(std::move(imported), [find = std::move(find), places = std::move(places)](
                                              auto created) mutable {
    for (size_t i = 0; i < places.size(); ++i) {
      absl::StatusOr<UserKeys>& result = find.results[places[i]];
      if (created[i].ok()) {
        result = std::move(created[i]->keys);
      } else {
        result = created[i].status();
      }
    }
    find.done(std::move(find.results));
  });
}

absl::StatusOr<std::optional<KeyVersion>> BridgedKeyStore::ImportFromLegacy(
    const std::string& user_id) {
  const absl::StatusOr<std::optional<LegacyRow>> row = reads_->Find(user_id);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::nullopt;
  absl::StatusOr<KeyVersion> key = transcoder_->Import(**row);
  if (!key.ok()) return key.status();
  return *std::move(key);
}

void BridgedKeyStore::CreateMany(std::vector<NewUser> users, CreateManyCallback done) {
  std::vector<std::string> ids;
  for (const NewUser& user : users) ids.push_back(user.user_id);
  store_->FindMany(std::move(ids), [this, users = std::move(users),
                                    done = calls_.Track(std::move(done))](auto found) mutable {
    std::vector<size_t> missing = NotFound(found);
    std::vector<absl::StatusOr<Created>> results;
    for (absl::StatusOr<UserKeys>& keys : found) {
      results.push_back(keys.ok() ? absl::StatusOr<Created>(Created{*std::move(keys), false})
                                  : absl::StatusOr<Created>(keys.status()));
    }
    if (missing.empty()) return done(std::move(results));
    creates_.Push({std::move(users), std::move(missing), std::move(results), std::move(done)});
  });
}

void BridgedKeyStore::Page(std::string after, int limit, PageCallback done) {
  store_->Page(std::move(after), limit, std::move(done));
}

void BridgedKeyStore::WriteLoop() {
  while (true) {
    std::vector<PendingCreate> group = creates_.TakeAll();
    if (group.empty()) return;
    CreateGroup(std::move(group));
  }
}

void BridgedKeyStore::CreateGroup(std::vector<PendingCreate> group) {
  std::vector<Minted> minted = MintInLegacy(group);
  std::vector<NewUser> users;
  for (const Minted& each : minted) users.push_back(std::move(each.create->users[each.index]));
  // The group's elements stay where they are when it moves.
  store_->CreateMany(std::move(users), [group = std::move(group),
                                        minted = std::move(minted)](auto created) mutable {
    for (size_t i = 0; i < minted.size(); ++i) {
      // New to the store, but not to the legacy file: the user had this key before.
      if (created[i].ok() && minted[i].theirs) created[i]->created = false;
      minted[i].result() = std::move(created[i]);
    }
    for (PendingCreate& create : group) create.done(std::move(create.results));
  });
}

std::vector<BridgedKeyStore::Minted> BridgedKeyStore::MintInLegacy(
    std::vector<PendingCreate>& group) {
  std::vector<Minted> minted;
  std::vector<LegacyRow> rows;
  for (PendingCreate& create : group) {
    for (const size_t i : create.missing) {
      absl::StatusOr<LegacyRow> row =
          transcoder_->Export(create.users[i].user_id, create.users[i].key);
      if (!row.ok()) {
        create.results[i] = row.status();
        continue;
      }
      rows.push_back(*std::move(row));
      minted.push_back({&create, i});
    }
  }
  const absl::StatusOr<std::vector<LegacyInsert>> inserts = writes_->InsertOrGet(rows);
  for (size_t i = 0; i < rows.size(); ++i) {
    const absl::Status taken =
        inserts.ok() ? TakeUp((*inserts)[i], minted[i]) : inserts.status();
    if (!taken.ok()) minted[i].result() = taken;
  }
  std::erase_if(minted, [](const Minted& each) {
    return !absl::IsNotFound(each.result().status());
  });
  return minted;
}

absl::Status BridgedKeyStore::TakeUp(const LegacyInsert& insert, Minted& minted) const {
  minted.theirs = !insert.inserted;
  if (insert.inserted) return absl::OkStatus();
  absl::StatusOr<KeyVersion> theirs = transcoder_->Import(insert.row);
  if (!theirs.ok()) return theirs.status();
  minted.create->users[minted.index].key = *std::move(theirs);
  return absl::OkStatus();
}

}  // namespace keyward::store
