#ifndef KEYWARD_SERVER_METERED_KEY_STORE_H_
#define KEYWARD_SERVER_METERED_KEY_STORE_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/store/key_store.h"
#include "server/telemetry/call_counters.h"
#include "server/telemetry/metrics.h"

namespace keyward {

// Another store, and how its calls fare: how many, how many of them found it unavailable, and how
// long they took.
class MeteredKeyStore : public store::KeyStore {
 public:
  explicit MeteredKeyStore(std::unique_ptr<store::KeyStore> inner) : inner_(std::move(inner)) {}

  void WriteMetrics(telemetry::MetricsWriter& writer) const;

  void FindMany(std::vector<std::string> user_ids, FindManyCallback done) override;
  void CreateMany(std::vector<store::NewUser> users, CreateManyCallback done) override;
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
  void Backup(std::string path, DoneCallback done) override;
  void WatchChanges(ChangeListener listener) override;
  std::optional<StandbyReads> standby_reads() const override { return inner_->standby_reads(); }
  std::string_view Kind() const override { return inner_->Kind(); }

 private:
  enum Operation { kFind, kCreate, kUpdate, kScan, kOther, kOperations };

  // `done`, which the call is counted by when it ends.
  template <typename Callback>
  auto Metered(Operation operation, Callback done);
  void Count(Operation operation, bool available, int64_t micros);

  std::array<telemetry::CallCounters, kOperations> calls_;
  std::atomic<uint64_t> created_ = 0;
  std::atomic<bool> is_up_ = true;                // as the last call found it
  const std::unique_ptr<store::KeyStore> inner_;  // its end answers what it still has
};

}  // namespace keyward

#endif  // KEYWARD_SERVER_METERED_KEY_STORE_H_
