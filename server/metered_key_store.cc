#include "server/metered_key_store.h"

#include <algorithm>
#include <chrono>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace keyward {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOk = 0;
constexpr int kUnavailable = 14;

bool IsAvailable(const absl::Status& status) { return !absl::IsUnavailable(status); }

template <typename T>
bool IsAvailable(const absl::StatusOr<T>& result) {
  return IsAvailable(result.status());
}

template <typename T>
bool IsAvailable(const std::vector<absl::StatusOr<T>>& results) {
  return std::all_of(results.begin(), results.end(),
                     [](const auto& each) { return IsAvailable(each); });
}

constexpr std::array kNames = {"find", "create", "update", "scan", "other"};

}  // namespace

template <typename Callback>
auto MeteredKeyStore::Metered(Operation operation, Callback done) {
  calls_[operation].Started();
  return [this, operation, begun = Clock::now(), done = std::move(done)](auto result) mutable {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begun);
    Count(operation, IsAvailable(result), took.count());
    done(std::move(result));
  };
}

void MeteredKeyStore::Count(Operation operation, bool available, int64_t micros) {
  calls_[operation].Handled(available ? kOk : kUnavailable, micros);
  is_up_.store(available, std::memory_order_relaxed);
}

void MeteredKeyStore::WriteMetrics(telemetry::MetricsWriter& writer) const {
  for (size_t operation = 0; operation < kOperations; ++operation) {
    const telemetry::CallCounters::Totals totals = calls_[operation].Read();
    const telemetry::Labels labels = {{"operation", kNames[operation]}};
    for (const auto& [result, code] :
         {std::pair("ok", kOk), std::pair("unavailable", kUnavailable)}) {
      writer.Counter("keyward_store_calls_total", "Calls to the store that have ended.",
                     {labels.front(), {"result", result}},
                     static_cast<double>(totals.handled[static_cast<size_t>(code)]));
    }
    writer.Durations("keyward_store_call_seconds", "From a call to the store until it is answered.",
                     labels, totals);
  }
  if (const auto reads = standby_reads()) {
    for (const auto& [result, count] : {std::pair("answered", reads->answered),
                                        std::pair("asked_primary", reads->not_answered)}) {
      writer.Counter("keyward_store_standby_reads_total",
                     "Users who were looked for on a standby, by who answered.",
                     {{"result", result}}, static_cast<double>(count));
    }
  }
  writer.Gauge("keyward_store_up", "Whether the last call to the store found it available.",
               {{"store", std::string(Kind())}}, is_up_ ? 1 : 0);
  writer.Counter("keyward_user_keys_created_total", "New users' keys that were stored.", {},
                 static_cast<double>(created_));
}

void MeteredKeyStore::FindMany(std::vector<std::string> user_ids, FindManyCallback done) {
  inner_->FindMany(std::move(user_ids), Metered(kFind, std::move(done)));
}

void MeteredKeyStore::CreateMany(std::vector<store::NewUser> users, CreateManyCallback done) {
  inner_->CreateMany(
      std::move(users), Metered(kCreate, [this, done = std::move(done)](auto created) mutable {
        created_ += std::count_if(created.begin(), created.end(),
                                  [](const auto& user) { return user.ok() && user->created; });
        done(std::move(created));
      }));
}

void MeteredKeyStore::UpdateMany(std::vector<std::string> user_ids, Change change,
                                 UpdateManyCallback done) {
  inner_->UpdateMany(std::move(user_ids), std::move(change), Metered(kUpdate, std::move(done)));
}

void MeteredKeyStore::Page(std::string after, int limit, PageCallback done) {
  inner_->Page(std::move(after), limit, Metered(kScan, std::move(done)));
}

void MeteredKeyStore::FindAsStored(std::string user_id, FindCallback done) {
  inner_->FindAsStored(std::move(user_id), Metered(kFind, std::move(done)));
}

void MeteredKeyStore::PageAsStored(std::string after, int limit, PageCallback done) {
  inner_->PageAsStored(std::move(after), limit, Metered(kScan, std::move(done)));
}

void MeteredKeyStore::FindDueForPurge(int64_t micros, int limit, IdsCallback done) {
  inner_->FindDueForPurge(micros, limit, Metered(kOther, std::move(done)));
}

void MeteredKeyStore::CountByKek(KekUseCallback done) {
  inner_->CountByKek(Metered(kScan, std::move(done)));
}

void MeteredKeyStore::RetireKek(std::string kek_id, int64_t micros, DoneCallback done) {
  inner_->RetireKek(std::move(kek_id), micros, Metered(kOther, std::move(done)));
}

void MeteredKeyStore::ListRetiredKeks(RetiredKeksCallback done) {
  inner_->ListRetiredKeks(Metered(kOther, std::move(done)));
}

void MeteredKeyStore::PutNote(std::string name, std::string text, DoneCallback done) {
  inner_->PutNote(std::move(name), std::move(text), Metered(kOther, std::move(done)));
}

void MeteredKeyStore::GetNote(std::string name, NoteCallback done) {
  inner_->GetNote(std::move(name), Metered(kOther, std::move(done)));
}

// A backup that fails says nothing of the store.
void MeteredKeyStore::Backup(std::string path, DoneCallback done) {
  inner_->Backup(std::move(path), std::move(done));
}

void MeteredKeyStore::WatchChanges(ChangeListener listener) {
  inner_->WatchChanges(std::move(listener));
}

}  // namespace keyward
