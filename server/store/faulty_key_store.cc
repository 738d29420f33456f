#include "server/store/faulty_key_store.h"

#include <utility>

namespace keyward::store {

FaultyKeyStore::~FaultyKeyStore() {
  for (const Call call : {Call::kFind, Call::kCreate, Call::kPage, Call::kUpdate}) Release(call);
  calls_.WaitForNone();
}

void FaultyKeyStore::FindMany(std::vector<std::string> user_ids, FindManyCallback done) {
  Admit(Call::kFind,
        [this, user_ids = std::move(user_ids), done = calls_.Track(std::move(done))]() mutable {
          if (absl::Status error = ErrorOf(Call::kFind); !error.ok()) {
            return done(std::vector<absl::StatusOr<UserKeys>>(user_ids.size(), error));
          }
          inner_->FindMany(std::move(user_ids), std::move(done));
        });
}

void FaultyKeyStore::CreateMany(std::vector<NewUser> users, CreateManyCallback done) {
  Admit(Call::kCreate,
        [this, users = std::move(users), done = calls_.Track(std::move(done))]() mutable {
          const size_t count = users.size();
          if (absl::Status error = ErrorOf(Call::kCreate); !error.ok()) {
            return done(std::vector<absl::StatusOr<Created>>(count, error));
          }
          absl::Status lost;
          {
            sync::MutexLock lock(mutex_);
            lost = lost_answer_;
          }
          if (lost.ok()) return inner_->CreateMany(std::move(users), std::move(done));
          inner_->CreateMany(std::move(users), [lost, count, done = std::move(done)](auto) mutable {
            done(std::vector<absl::StatusOr<Created>>(count, lost));
          });
        });
}

void FaultyKeyStore::Page(std::string after, int limit, PageCallback done) {
  Admit(Call::kPage,
        [this, after = std::move(after), limit, done = calls_.Track(std::move(done))]() mutable {
          if (absl::Status error = ErrorOf(Call::kPage); !error.ok()) return done(std::move(error));
          inner_->Page(std::move(after), limit, std::move(done));
        });
}

void FaultyKeyStore::UpdateMany(std::vector<std::string> user_ids, Change change,
                                UpdateManyCallback done) {
  Admit(Call::kUpdate, [this, user_ids = std::move(user_ids), change = std::move(change),
                        done = calls_.Track(std::move(done))]() mutable {
    if (absl::Status error = ErrorOf(Call::kUpdate); !error.ok()) {
      return done(std::vector<absl::StatusOr<UserKeys>>(user_ids.size(), error));
    }
    inner_->UpdateMany(std::move(user_ids), std::move(change), std::move(done));
  });
}

void FaultyKeyStore::FindDueForPurge(int64_t micros, int limit, IdsCallback done) {
  inner_->FindDueForPurge(micros, limit, std::move(done));
}

void FaultyKeyStore::CountByKek(KekUseCallback done) { inner_->CountByKek(std::move(done)); }

void FaultyKeyStore::RetireKek(std::string kek_id, int64_t micros, DoneCallback done) {
  inner_->RetireKek(std::move(kek_id), micros, std::move(done));
}

void FaultyKeyStore::ListRetiredKeks(RetiredKeksCallback done) {
  inner_->ListRetiredKeks(std::move(done));
}

void FaultyKeyStore::PutNote(std::string name, std::string text, DoneCallback done) {
  inner_->PutNote(std::move(name), std::move(text), std::move(done));
}

void FaultyKeyStore::GetNote(std::string name, NoteCallback done) {
  inner_->GetNote(std::move(name), std::move(done));
}

void FaultyKeyStore::Backup(std::string path, DoneCallback done) {
  inner_->Backup(std::move(path), std::move(done));
}

void FaultyKeyStore::Fail(Call call, absl::Status error) {
  sync::MutexLock lock(mutex_);
  LaneOf(call).error = std::move(error);
}

void FaultyKeyStore::LoseCreateAnswers(absl::Status error) {
  sync::MutexLock lock(mutex_);
  lost_answer_ = std::move(error);
}

void FaultyKeyStore::Hold(Call call) {
  sync::MutexLock lock(mutex_);
  LaneOf(call).hold = true;
}

void FaultyKeyStore::Release(Call call) {
  sync::MutexLock lock(mutex_);
  Lane& lane = LaneOf(call);
  lane.hold = false;
  for (TaskThread::Task& task : lane.held) thread_.Run(std::move(task));
  lane.held.clear();
}

void FaultyKeyStore::WaitForHeld(Call call, int count) {
  sync::MutexLock lock(mutex_);
  while (static_cast<int>(LaneOf(call).held.size()) < count) changed_.Wait(mutex_);
}

int FaultyKeyStore::Count(Call call) const {
  sync::MutexLock lock(mutex_);
  return lanes_[static_cast<size_t>(call)].count;
}

absl::Status FaultyKeyStore::ErrorOf(Call call) {
  sync::MutexLock lock(mutex_);
  return LaneOf(call).error;
}

void FaultyKeyStore::Admit(Call call, TaskThread::Task task) {
  {
    sync::MutexLock lock(mutex_);
    Lane& lane = LaneOf(call);
    ++lane.count;
    if (!lane.hold) {
      thread_.Run(std::move(task));
    } else {
      lane.held.push_back(std::move(task));
    }
  }
  changed_.NotifyAll();
}

}  // namespace keyward::store
