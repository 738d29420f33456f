// The Python module's file with rows of any kind, through the bridge's start: which keys come over,
// and that a second start finds nothing left to do. The store has carol already, disabled, so that
// the file stays as it is.
//
//   rows: user_id created_at encrypted_key, each a kind(1) and what it takes, see BindValue

#include <sqlite3.h>

#include <array>
#include <string>

#include "server/crypto/aead.h"
#include "server/keyring/iso_time.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/legacy_wrap.h"
#include "server/store/legacy_sync.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/instant_key_store.h"
#include "tests/keyring/known_keys.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::keyring {
namespace {

constexpr std::array<std::string_view, 4> kUsers = {"alice", "bob", "carol", "dave"};

// As the Python module wraps the example's key; under the current master key and under a previous
// one.
const std::array<std::string, 2>& GoodBoxes() {
  static const std::array<std::string, 2>& boxes = *[] {
    ExampleNonce nonce;
    const auto& keks = TurnedOverKeks().all();
    const crypto::SecretBytes key = ExampleKey();
    return new std::array<std::string, 2>{
        crypto::SealBox(keks[0].key(), key.ExposeSecret(), "", nonce),
        crypto::SealBox(keks[1].key(), key.ExposeSecret(), "", nonce)};
  }();
  return boxes;
}

// Another program's connection. What it writes need not survive a power cut.
class ModulesFile {
 public:
  ModulesFile() : path_(folder_.Touch("legacy.db")) {
    Promise(sqlite3_open(path_.c_str(), &database_) == SQLITE_OK, "the file opens");
    Run("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; CREATE TABLE encryption_keys"
        " (user_id TEXT PRIMARY KEY, encrypted_key BLOB NOT NULL, created_at TEXT NOT NULL)");
    sqlite3_prepare_v2(database_, "INSERT OR IGNORE INTO encryption_keys VALUES (?1, ?3, ?2)", -1,
                       &insert_, nullptr);
  }

  const std::string& path() const { return path_; }

  void Fill(FuzzInput& input) {
    Run("BEGIN; DELETE FROM encryption_keys");
    while (!input.empty()) {
      for (int i = 1; i <= 3; ++i) BindValue(i, input);
      sqlite3_step(insert_);  // it may refuse a NULL
      sqlite3_reset(insert_);
    }
    Run("COMMIT");
  }

 private:
  void Run(const char* sql) {
    Promise(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, "SQL runs");
  }

  void BindText(int place, std::string_view text) {
    sqlite3_bind_text(insert_, place, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
  }
  void BindBlob(int place, std::string_view blob) {
    sqlite3_bind_blob(insert_, place, blob.data(), static_cast<int>(blob.size()), SQLITE_TRANSIENT);
  }

  void BindValue(int place, FuzzInput& input) {
    switch (input.Byte() % 8) {
      case 0:
        return BindText(place, kUsers[input.Byte() % kUsers.size()]);
      case 1:
        return BindBlob(place, GoodBoxes()[input.Byte() % 2]);
      case 2: {
        std::string box = GoodBoxes()[input.Byte() % 2];
        box[input.Byte() % box.size()] ^= static_cast<char>(input.Byte());
        return BindBlob(place, box);
      }
      case 3:
        return BindText(place, "2026-01-31T12:00:00.000000+00:00");
      case 4:
        return BindText(place, input.Short());
      case 5:
        return BindBlob(place, input.Short());
      case 6:
        sqlite3_bind_int64(insert_, place, input.Number<int64_t>());
        return;
      default:
        sqlite3_bind_null(insert_, place);
    }
  }

  const testing::TemporaryFolder folder_;
  const std::string path_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

store::UserKeys DisabledCarol() {
  ExampleNonce nonce;
  return {.user_id = "carol",
          .primary_version = 1,
          .state = store::UserState::kDisabled,
          .versions = {WrapKey(*TurnedOverKeks().current(), "carol", 1, ExampleKey(),
                               absl::UnixEpoch(), nonce)}};
}

void CheckImport(const LegacyWrap& wrap, const store::LegacyRow& row) {
  const auto imported = wrap.Import(row);
  const bool good = row.encrypted_key == GoodBoxes()[0] || row.encrypted_key == GoodBoxes()[1];
  Promise(imported.ok() == good, "a row comes over where it opens");
  if (!good) return;
  const auto key = UnwrapKey(TurnedOverKeks(), row.user_id, *imported);
  Promise(key.ok() && *key == ExampleKey(), "its key stays what it was");
  Promise(imported->kek_id == TurnedOverKeks().current()->id(), "under the current master key");
  Promise(wrap.SameKey(row, *imported).value_or(false), "it is known again");
  const auto time = ParseIsoTime(row.created_at);
  Promise(!time || imported->created_at_micros == absl::ToUnixMicros(*time), "with its date");
  const auto exported = wrap.Export(row.user_id, *imported);
  Promise(exported.ok() && wrap.SameKey(*exported, *imported).value_or(false), "and goes back");
}

store::LegacySyncReport Sync(store::LegacyDatabase& legacy, store::KeyStore& store,
                             const LegacyWrap& wrap) {
  auto report = store::SyncLegacy(legacy, store, wrap);
  Promise(report.ok(), "no row keeps the others from coming over");
  return *std::move(report);
}

void Check(std::string_view bytes) {
  static ModulesFile& file = *new ModulesFile;
  FuzzInput input(bytes);
  file.Fill(input);
  auto legacy = store::LegacyDatabase::Open({.path = file.path()});
  Promise(legacy.ok(), "the module's file opens");
  const LegacyWrap wrap(TurnedOverKeks(), SystemClock(), crypto::SystemRandom());
  const auto rows = (*legacy)->Page("", 1000);
  Promise(rows.ok(), "its rows can be read");
  for (const store::LegacyRow& row : *rows) CheckImport(wrap, row);

  store::InstantKeyStore store;
  store.Put(DisabledCarol());
  const store::LegacySyncReport first = Sync(**legacy, store, wrap);
  Promise(first.imported == static_cast<int64_t>(store.users().size()) - 1 && first.exported == 0,
          "what came over is told");
  Promise(first.imported + first.already_there + first.unreadable.count + first.conflicting.count ==
              static_cast<int64_t>(rows->size()),
          "each row is told of once");
  const store::LegacySyncReport second = Sync(**legacy, store, wrap);
  Promise(second.imported == 0 && second.already_there == first.imported + first.already_there &&
              second.unreadable.count == first.unreadable.count,
          "a second start finds all in its place");
}

}  // namespace
}  // namespace keyward::keyring

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keyward::keyring::Check(keyward::AsText(data, size));
  return 0;
}
