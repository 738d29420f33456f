#include "server/store/bridged_key_store.h"

#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/store/stored_row.h"

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
  legacy_writes_.Close();
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

// While the module holds the file, those who wait for it wait together: one that was told that it
// is busy speaks for all who stood in line with it.
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
  store_->CreateMany(std::move(imported),
                     [find = std::move(find), places = std::move(places)](auto created) mutable {
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
    legacy_writes_.Push(
        PendingCreate{std::move(users), std::move(missing), std::move(results), std::move(done)});
  });
}

void BridgedKeyStore::Page(std::string after, int limit, PageCallback done) {
  store_->Page(std::move(after), limit, std::move(done));
}

void BridgedKeyStore::FindAsStored(std::string user_id, FindCallback done) {
  store_->FindAsStored(std::move(user_id), std::move(done));
}

void BridgedKeyStore::PageAsStored(std::string after, int limit, PageCallback done) {
  store_->PageAsStored(std::move(after), limit, std::move(done));
}

void BridgedKeyStore::FindDueForPurge(int64_t micros, int limit, IdsCallback done) {
  store_->FindDueForPurge(micros, limit, std::move(done));
}

void BridgedKeyStore::CountByKek(KekUseCallback done) { store_->CountByKek(std::move(done)); }

void BridgedKeyStore::RetireKek(std::string kek_id, int64_t micros, DoneCallback done) {
  store_->RetireKek(std::move(kek_id), micros, std::move(done));
}

void BridgedKeyStore::ListRetiredKeks(RetiredKeksCallback done) {
  store_->ListRetiredKeks(std::move(done));
}

void BridgedKeyStore::PutNote(std::string name, std::string text, DoneCallback done) {
  store_->PutNote(std::move(name), std::move(text), std::move(done));
}

void BridgedKeyStore::GetNote(std::string name, NoteCallback done) {
  store_->GetNote(std::move(name), std::move(done));
}

void BridgedKeyStore::WatchChanges(ChangeListener listener) {
  store_->WatchChanges(std::move(listener));
}

void BridgedKeyStore::Backup(std::string path, DoneCallback done) {
  store_->Backup(std::move(path), std::move(done));
}

void BridgedKeyStore::UpdateMany(std::vector<std::string> user_ids, Change change,
                                 UpdateManyCallback done) {
  FindMany(std::move(user_ids), [this, change = std::move(change),
                                 done = calls_.Track(std::move(done))](auto found) mutable {
    UpdateFound(std::move(found), std::move(change), std::move(done));
  });
}

void BridgedKeyStore::UpdateFound(std::vector<absl::StatusOr<UserKeys>> found, Change change,
                                  UpdateManyCallback done) {
  std::vector<std::string> user_ids;
  for (const auto& user : found) {
    if (user.ok()) user_ids.push_back(user->user_id);
  }
  auto returned = std::make_shared<ReturnedUsers>();
  store_->UpdateMany(
      std::move(user_ids), NoteReturned(std::move(change), returned),
      [this, returned, found = std::move(found), done = std::move(done)](auto updated) mutable {
        auto next = std::make_move_iterator(updated.begin());
        for (auto& user : found) {
          if (user.ok()) user = *next++;
        }
        if (!NeedsFollowUp(found, *returned)) return done(std::move(found));
        legacy_writes_.Push(
            PendingFollowUp{std::move(returned), std::move(found), std::move(done)});
      });
}

void BridgedKeyStore::Follow(PendingFollowUp follow_up) {
  FollowInLegacy(*writes_, *transcoder_, *follow_up.returned, follow_up.updated);
  follow_up.done(std::move(follow_up.updated));
}

void BridgedKeyStore::WriteLoop() {
  while (true) {
    auto group = legacy_writes_.TakeAll();
    if (group.empty()) return;
    std::vector<PendingCreate> creates;
    for (auto& write : group) {
      if (auto* follow_up = std::get_if<PendingFollowUp>(&write)) {
        Follow(std::move(*follow_up));
      } else {
        creates.push_back(std::get<PendingCreate>(std::move(write)));
      }
    }
    if (!creates.empty()) CreateGroup(std::move(creates));
  }
}

void BridgedKeyStore::CreateGroup(std::vector<PendingCreate> group) {
  std::vector<Minted> minted = MintInLegacy(group);
  std::vector<NewUser> users;
  for (const Minted& each : minted) users.push_back(std::move(each.create->users[each.index]));
  // The group's elements stay where they are when it moves.
  store_->CreateMany(std::move(users), [this, group = std::move(group),
                                        minted = std::move(minted)](auto created) mutable {
    RemoveRowsOfTombstones(created);
    for (size_t i = 0; i < minted.size(); ++i) {
      // The legacy file decides who was first. Whoever found the new row there may have been faster
      // here.
      if (created[i].ok() && !IsTombstone(created[i]->keys))
        created[i]->created = !minted[i].theirs;
      minted[i].result() = std::move(created[i]);
    }
    for (PendingCreate& create : group) create.done(std::move(create.results));
  });
}

void BridgedKeyStore::RemoveRowsOfTombstones(std::vector<absl::StatusOr<Created>>& created) {
  std::vector<absl::StatusOr<UserKeys>> tombstones;
  for (const auto& user : created) {
    if (user.ok() && IsTombstone(user->keys)) tombstones.push_back(user->keys);
  }
  if (tombstones.empty()) return;
  legacy_writes_.Push(PendingFollowUp{std::make_shared<ReturnedUsers>(), std::move(tombstones),
                                      calls_.Track([](const auto&) {})});
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
    const absl::Status taken = inserts.ok() ? TakeUp((*inserts)[i], minted[i]) : inserts.status();
    if (!taken.ok()) minted[i].result() = taken;
  }
  std::erase_if(minted,
                [](const Minted& each) { return !absl::IsNotFound(each.result().status()); });
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
