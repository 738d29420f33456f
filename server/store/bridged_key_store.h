#ifndef KEYWARD_SERVER_STORE_BRIDGED_KEY_STORE_H_
#define KEYWARD_SERVER_STORE_BRIDGED_KEY_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/calls_in_flight.h"
#include "server/store/key_store.h"
#include "server/store/legacy_database.h"
#include "server/store/legacy_sync.h"
#include "server/store/legacy_transcoder.h"
#include "server/store/sqlite_writer.h"
#include "server/store/work_queue.h"

namespace keyward::store {

// A KeyStore in front of another one that shares its users with the Python module's database, while
// the module may be at work on it.
//
// The legacy file decides who was first. A user whom the store lacks is looked for there. A new
// user's key is committed there first, all that wait in one transaction, where a row that is there
// already wins, and then stored: a crash in between leaves a row that the next call finds. What the
// store has, tombstones included, beats any row. A row that no loaded master key opens stays as it
// is and answers errors::StoredKeyCorrupt.
class BridgedKeyStore : public KeyStore {
 public:
  // Opens the file and brings both to the same users before it returns. Errors are a full line for
  // the operator.
  static absl::StatusOr<std::unique_ptr<BridgedKeyStore>> Open(
      LegacyDatabaseOptions options, std::unique_ptr<KeyStore> store,
      std::unique_ptr<LegacyTranscoder> transcoder);
  ~BridgedKeyStore() override;

  void Find(std::string user_id, FindCallback done) override;
  void Create(std::string user_id, KeyVersion key, CreateCallback done) override;
  void Page(std::string after, int limit, PageCallback done) override;
  std::string_view Kind() const override { return store_->Kind(); }

  // What was done at the start.
  const LegacySyncReport& report() const { return report_; }

 private:
  struct Parts {
    std::unique_ptr<KeyStore> store;
    std::unique_ptr<LegacyTranscoder> transcoder;
    std::unique_ptr<LegacyDatabase> reads;
    std::unique_ptr<LegacyDatabase> writes;
    LegacySyncReport report;
  };
  explicit BridgedKeyStore(Parts parts);

  struct PendingFind {
    std::string user_id;
    FindCallback done;
  };

  // On the threads of the legacy file:
  void ReadLoop();
  void FindInLegacy(PendingFind find, absl::StatusOr<std::optional<LegacyRow>> row);
  void WriteLoop();
  void CreateGroup(std::vector<PendingCreate> group);
  void StoreInserted(PendingCreate create, const LegacyInsert& insert);

  const std::unique_ptr<KeyStore> store_;
  const std::unique_ptr<LegacyTranscoder> transcoder_;
  const LegacySyncReport report_;

  CallsInFlight calls_;
  const std::unique_ptr<LegacyDatabase> reads_;   // the reader's alone
  const std::unique_ptr<LegacyDatabase> writes_;  // the writer's alone
  WorkQueue<PendingFind> finds_;
  WorkQueue<PendingCreate> creates_;
  std::thread writer_;
  std::thread reader_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_BRIDGED_KEY_STORE_H_
