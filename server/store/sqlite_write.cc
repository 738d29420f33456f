#include "server/store/sqlite_write.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "server/store/user_change.h"

namespace keyward::store {
namespace {

class CreateCall : public SqliteWrite {
 public:
  CreateCall(std::vector<NewUser> users, KeyStore::CreateManyCallback done)
      : users_(std::move(users)), done_(std::move(done)), results_(users_.size()) {}

  absl::Status Run(SqliteWriter& writer) override {
    absl::Status status;
    for (size_t i = 0; status.ok() && i < users_.size(); ++i) {
      status = writer.Create(users_[i], results_[i]);
    }
    return status;
  }
  void Answer(const absl::Status& outcome) override {
    if (!outcome.ok()) results_.assign(users_.size(), outcome);
    done_(std::move(results_));
  }

 private:
  const std::vector<NewUser> users_;
  KeyStore::CreateManyCallback done_;
  std::vector<absl::StatusOr<Created>> results_;
};

class UpdateCall : public SqliteWrite {
 public:
  UpdateCall(std::vector<std::string> user_ids, KeyStore::Change change,
             KeyStore::UpdateManyCallback done)
      : user_ids_(std::move(user_ids)),
        change_(std::move(change)),
        done_(std::move(done)),
        results_(user_ids_.size()) {}

  absl::Status Run(SqliteWriter& writer) override {
    absl::Status status;
    for (size_t i = 0; status.ok() && i < user_ids_.size(); ++i) {
      status = writer.Update(user_ids_[i], change_, results_[i]);
    }
    return status;
  }
  bool TellsOfErasure() const override {
    return std::any_of(results_.begin(), results_.end(),
                       [](const auto& user) { return user.ok() && HasDestroyedVersion(*user); });
  }
  void Answer(const absl::Status& outcome) override {
    if (!outcome.ok()) results_.assign(user_ids_.size(), outcome);
    done_(std::move(results_));
  }

 private:
  const std::vector<std::string> user_ids_;
  const KeyStore::Change change_;
  KeyStore::UpdateManyCallback done_;
  std::vector<absl::StatusOr<UserKeys>> results_;
};

class RetireCall : public SqliteWrite {
 public:
  RetireCall(std::string kek_id, int64_t micros, KeyStore::DoneCallback done)
      : kek_id_(std::move(kek_id)), micros_(micros), done_(std::move(done)) {}

  absl::Status Run(SqliteWriter& writer) override {
    return writer.RetireKek(kek_id_, micros_, result_);
  }
  bool TellsOfErasure() const override { return result_.ok(); }
  void Answer(const absl::Status& outcome) override { done_(outcome.ok() ? result_ : outcome); }

 private:
  const std::string kek_id_;
  const int64_t micros_;
  KeyStore::DoneCallback done_;
  absl::Status result_;
};

class NoteCall : public SqliteWrite {
 public:
  NoteCall(std::string name, std::string text, KeyStore::DoneCallback done)
      : name_(std::move(name)), text_(std::move(text)), done_(std::move(done)) {}

  absl::Status Run(SqliteWriter& writer) override { return writer.PutNote(name_, text_); }
  void Answer(const absl::Status& outcome) override { done_(outcome); }

 private:
  const std::string name_;
  const std::string text_;
  KeyStore::DoneCallback done_;
};

}  // namespace

std::unique_ptr<SqliteWrite> CreateWrite(std::vector<NewUser> users,
                                         KeyStore::CreateManyCallback done) {
  return std::make_unique<CreateCall>(std::move(users), std::move(done));
}

std::unique_ptr<SqliteWrite> UpdateWrite(std::vector<std::string> user_ids, KeyStore::Change change,
                                         KeyStore::UpdateManyCallback done) {
  return std::make_unique<UpdateCall>(std::move(user_ids), std::move(change), std::move(done));
}

std::unique_ptr<SqliteWrite> RetireWrite(std::string kek_id, int64_t micros,
                                         KeyStore::DoneCallback done) {
  return std::make_unique<RetireCall>(std::move(kek_id), micros, std::move(done));
}

std::unique_ptr<SqliteWrite> NoteWrite(std::string name, std::string text,
                                       KeyStore::DoneCallback done) {
  return std::make_unique<NoteCall>(std::move(name), std::move(text), std::move(done));
}

}  // namespace keyward::store
