#include "server/store/bridged_key_store.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"

namespace keyward::store {

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

void BridgedKeyStore::Find(std::string user_id, FindCallback done) {
  std::string id = user_id;
  store_->Find(std::move(id), [this, user_id = std::move(user_id),
                               done = calls_.Track(std::move(done))](auto found) mutable {
    if (!absl::IsNotFound(found.status())) return done(std::move(found));
    finds_.Push({std::move(user_id), std::move(done)});
  });
}

// While the module holds the file, those who wait for it wait together: one that was told that it is
// busy speaks for all who stood in line with it.
void BridgedKeyStore::ReadLoop() {
  while (true) {
    std::vector<PendingFind> group = finds_.TakeAll();
    if (group.empty()) return;
    absl::Status busy;
    for (PendingFind& find : group) {
      absl::StatusOr<std::optional<LegacyRow>> row =
          busy.ok() ? reads_->Find(find.user_id)
                    : absl::StatusOr<std::optional<LegacyRow>>(busy);
      if (absl::IsUnavailable(row.status())) busy = row.status();
      FindInLegacy(std::move(find), std::move(row));
    }
  }
}

void BridgedKeyStore::FindInLegacy(PendingFind find, absl::StatusOr<std::optional<LegacyRow>> row) {
  if (!row.ok()) return find.done(row.status());
  if (!row->has_value()) return find.done(errors::UserKeyNotFound());
  absl::StatusOr<KeyVersion> key = transcoder_->Import(**row);
  if (!key.ok()) return find.done(key.status());
  store_->Create(std::move(find.user_id), *std::move(key),
                 [done = std::move(find.done)](absl::StatusOr<Created> created) mutable {
                   if (!created.ok()) return done(created.status());
                   done(std::move(created->keys));
                 });
}

void BridgedKeyStore::Create(std::string user_id, KeyVersion key, CreateCallback done) {
  std::string id = user_id;
  store_->Find(std::move(id), [this, user_id = std::move(user_id), key = std::move(key),
                               done = calls_.Track(std::move(done))](auto found) mutable {
    if (absl::IsNotFound(found.status())) {
      creates_.Push({std::move(user_id), std::move(key), std::move(done)});
    } else if (found.ok()) {
      done(Created{*std::move(found), false});
    } else {
      done(found.status());
    }
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
  std::vector<LegacyRow> rows;
  std::vector<PendingCreate> exported;
  for (PendingCreate& create : group) {
    absl::StatusOr<LegacyRow> row = transcoder_->Export(create.user_id, create.key);
    if (!row.ok()) {
      create.done(row.status());
      continue;
    }
    rows.push_back(*std::move(row));
    exported.push_back(std::move(create));
  }
  const absl::StatusOr<std::vector<LegacyInsert>> inserts = writes_->InsertOrGet(rows);
  for (size_t i = 0; i < exported.size(); ++i) {
    if (inserts.ok()) {
      StoreInserted(std::move(exported[i]), (*inserts)[i]);
    } else {
      exported[i].done(inserts.status());
    }
  }
}

void BridgedKeyStore::StoreInserted(PendingCreate create, const LegacyInsert& insert) {
  if (insert.inserted) {
    return store_->Create(std::move(create.user_id), std::move(create.key), std::move(create.done));
  }
  absl::StatusOr<KeyVersion> theirs = transcoder_->Import(insert.row);
  if (!theirs.ok()) return create.done(theirs.status());
  store_->Create(std::move(create.user_id), *std::move(theirs),
                 [done = std::move(create.done)](absl::StatusOr<Created> created) mutable {
                   // New to the store, but the user had this key before.
                   if (created.ok()) created->created = false;
                   done(std::move(created));
                 });
}

}  // namespace keyward::store
