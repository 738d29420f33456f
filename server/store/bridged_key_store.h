#ifndef KEYWARD_SERVER_STORE_BRIDGED_KEY_STORE_H_
#define KEYWARD_SERVER_STORE_BRIDGED_KEY_STORE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "server/store/calls_in_flight.h"
#include "server/store/key_store.h"
#include "server/store/legacy_database.h"
#include "server/store/legacy_follow_up.h"
#include "server/store/legacy_sync.h"
#include "server/store/legacy_transcoder.h"
#include "server/store/work_queue.h"

namespace keyward::store {

// A KeyStore in front of another one that shares its users with the Python module's database, while
// the module may be at work on it.
//
// The legacy file decides who was first. A user whom the store lacks is looked for there. A new
// user's key is committed there first, all that wait in one transaction, where a row that is there
// already wins, and then stored: a crash in between leaves a row that the next call finds. What the
// store has, tombstones included, beats any row. Who is deleted or destroyed loses the row there,
// after the commit in the store; a row that a crash or a busy file left behind goes at the next
// such call, or at the next start. A row that no loaded master key opens stays as it is and answers
// errors::StoredKeyCorrupt.
class BridgedKeyStore : public KeyStore {
 public:
  // Opens the file and brings both to the same users before it returns. Errors are a full line for
  // the operator.
  static absl::StatusOr<std::unique_ptr<BridgedKeyStore>> Open(
      LegacyDatabaseOptions options, std::unique_ptr<KeyStore> store,
      std::unique_ptr<LegacyTranscoder> transcoder);
  ~BridgedKeyStore() override;

  void FindMany(std::vector<std::string> user_ids, FindManyCallback done) override;
  void CreateMany(std::vector<NewUser> users, CreateManyCallback done) override;
  void Page(std::string after, int limit, PageCallback done) override;
  void FindAsStored(std::string user_id, FindCallback done) override;
  void PageAsStored(std::string after, int limit, PageCallback done) override;
  void UpdateMany(std::vector<std::string> user_ids, Change change,
                  UpdateManyCallback done) override;
  void FindDueForPurge(int64_t micros, int limit, IdsCallback done) override;
  void CountByKek(KekUseCallback done) override;
  void RetireKek(std::string kek_id, int64_t micros, DoneCallback done) override;
  void ListRetiredKeks(RetiredKeksCallback done) override;
  void PutNote(std::string name, std::string text, DoneCallback done) override;
  void GetNote(std::string name, NoteCallback done) override;
  // Of the store alone.
  void WatchChanges(ChangeListener listener) override;
  void Backup(std::string path, DoneCallback done) override;
  std::optional<StandbyReads> standby_reads() const override { return store_->standby_reads(); }
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

  // A call of which some users are missing from the store; the results of the others are there.
  struct PendingFind {
    std::vector<std::string> user_ids;
    std::vector<size_t> missing;
    std::vector<absl::StatusOr<UserKeys>> results;
    FindManyCallback done;
  };
  struct PendingCreate {
    std::vector<NewUser> users;
    std::vector<size_t> missing;
    std::vector<absl::StatusOr<Created>> results;
    CreateManyCallback done;
  };
  // Changes that the store has committed and the legacy file has yet to follow.
  struct PendingFollowUp {
    std::shared_ptr<ReturnedUsers> returned;
    std::vector<absl::StatusOr<UserKeys>> updated;
    UpdateManyCallback done;
  };
  // A missing user of a group of pending creates, on the way through the legacy file.
  struct Minted {
    PendingCreate* create;
    size_t index;
    bool theirs = false;  // the legacy file had a row, whose key is the user's

    absl::StatusOr<Created>& result() const { return create->results[index]; }
  };

  // Updates those who were found, and gives the others the error that they met.
  void UpdateFound(std::vector<absl::StatusOr<UserKeys>> found, Change change,
                   UpdateManyCallback done);

  // On the threads of the legacy file:
  void ReadLoop();
  // `busy` is set where the file is, and then nothing is looked up.
  void FindInLegacy(PendingFind find, absl::Status& busy);
  absl::StatusOr<std::optional<KeyVersion>> ImportFromLegacy(const std::string& user_id);
  void WriteLoop();
  void Follow(PendingFollowUp follow_up);
  // Takes rows back that were made for users who had come to be tombstones meanwhile.
  void RemoveRowsOfTombstones(std::vector<absl::StatusOr<Created>>& created);
  void CreateGroup(std::vector<PendingCreate> group);
  // Commits the group's missing users to the legacy file. Those that fail get their results here,
  // the others come back.
  std::vector<Minted> MintInLegacy(std::vector<PendingCreate>& group);
  absl::Status TakeUp(const LegacyInsert& insert, Minted& minted) const;

  const std::unique_ptr<KeyStore> store_;
  const std::unique_ptr<LegacyTranscoder> transcoder_;
  const LegacySyncReport report_;

  CallsInFlight calls_;
  const std::unique_ptr<LegacyDatabase> reads_;   // the reader's alone
  const std::unique_ptr<LegacyDatabase> writes_;  // the writer's alone
  WorkQueue<PendingFind> finds_;
  WorkQueue<std::variant<PendingCreate, PendingFollowUp>> legacy_writes_;
  std::thread writer_;
  std::thread reader_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_BRIDGED_KEY_STORE_H_
