#include "server/store/postgres_standby.h"

#include <chrono>
#include <utility>

#include "server/store/postgres_params.h"
#include "server/store/postgres_rows.h"
#include "server/store/postgres_session.h"
#include "server/store/postgres_statements.h"

namespace keyward::store {
namespace {

// Until a standby that cannot be reached is tried again.
constexpr std::chrono::seconds kPause{1};

}  // namespace

PostgresStandby::PostgresStandby(PostgresAddress address, absl::Duration timeout, int connections)
    : address_(std::move(address)),
      timeout_(timeout),
      missing_(connections),
      thread_([this] { Loop(); }) {}

PostgresStandby::~PostgresStandby() {
  {
    const sync::MutexLock lock(mutex_);
    ended_ = true;
  }
  changed_.NotifyAll();
  thread_.join();
}

void PostgresStandby::Loop() {
  while (true) {
    {
      const sync::MutexLock lock(mutex_);
      while (missing_ == 0 && !ended_) changed_.Wait(mutex_);
      if (ended_) return;
    }
    Connection opened = Open();
    const sync::MutexLock lock(mutex_);
    if (opened == nullptr) {
      if (!ended_) changed_.WaitFor(mutex_, kPause);
      continue;
    }
    --missing_;
    idle_.push_back(std::move(opened));
  }
}

PostgresStandby::Connection PostgresStandby::Open() const {
  auto opened = PostgresConnection::Open(address_, timeout_, PostgresConnection::Role::kStandby);
  if (!opened.ok()) return nullptr;
  if (!(*opened)->Execute(SessionSettings(timeout_).c_str()).ok()) return nullptr;
  const PostgresStatement statements[] = {sql::kLastChange, sql::kFind};
  if (!(*opened)->Prepare(statements).ok()) return nullptr;
  return *std::move(opened);
}

PostgresStandby::Connection PostgresStandby::Take() {
  const sync::MutexLock lock(mutex_);
  if (idle_.empty()) return nullptr;
  Connection taken = std::move(idle_.back());
  idle_.pop_back();
  return taken;
}

void PostgresStandby::GiveBack(Connection connection) {
  const sync::MutexLock lock(mutex_);
  if (!connection->broken()) return idle_.push_back(std::move(connection));
  ++missing_;
  changed_.NotifyAll();
}

std::vector<UserKeys> PostgresStandby::Find(const std::vector<std::string>& user_ids,
                                            int64_t last_change) {
  std::vector<UserKeys> users;
  if (Connection connection = Take(); connection != nullptr) {
    // The number first: what is read after it is no older.
    connection->Send(sql::kLastChange);
    connection->Send(sql::kFind, PostgresParams().Texts(user_ids));
    const auto results = connection->Finish();
    const bool is_known = results.ok() && (*results)[0].rows() == 1;
    if (is_known && (*results)[0].Int(0, 0) >= last_change) users = UsersOf((*results)[1]);
    GiveBack(std::move(connection));
  }
  answered_ += static_cast<int64_t>(users.size());
  not_answered_ += static_cast<int64_t>(user_ids.size() - users.size());
  return users;
}

}  // namespace keyward::store
