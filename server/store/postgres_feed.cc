#include "server/store/postgres_feed.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "server/store/postgres_statements.h"

namespace keyward::store {

PostgresFeed::PostgresFeed(PostgresAddress address, absl::Duration timeout,
                           absl::Duration between_looks, KeyStore::ChangeListener listener)
    : between_looks_(between_looks),
      session_(std::move(address), timeout, PostgresSession::Notices::kListenedTo),
      listener_(std::move(listener)),
      wake_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { Loop(); }) {}

PostgresFeed::~PostgresFeed() {
  ended_ = true;
  eventfd_write(wake_, 1);
  thread_.join();
  close(wake_);
}

void PostgresFeed::Loop() {
  while (!ended_) {
    Look();
    session_.AwaitNotice(wake_, between_looks_);
  }
}

void PostgresFeed::Look() {
  const auto last = session_.Run(sql::kLastChange);
  if (!last.ok()) return;
  const int64_t value = last->rows() == 1 ? last->Int(0, 0) : 0;
  // At first, since what was cached before may have changed before; later, since an older database
  // was put in place, or another server has taken over: where it did not wait for its standby, that
  // one may lack what this process has cached.
  const bool is_other = std::exchange(host_, session_.host()) != session_.host();
  if (seen_ < 0 || value < seen_ || is_other) return TellAll(value);
  if (value > seen_) Follow(value);
}

void PostgresFeed::Follow(int64_t last) {
  while (seen_ < last) {
    const auto rows = session_.Run(sql::kChangesAfter, PostgresParams().Int(seen_));
    if (!rows.ok()) return;
    const bool has_gap = rows->rows() == 0 || rows->Int(0, 0) != seen_ + 1;
    if (has_gap) return TellAll(last);
    KeyStore::Changes changes;
    for (int row = 0; row < rows->rows(); ++row) {
      changes.user_ids.push_back(rows->Bytes(row, 1));
      seen_ = rows->Int(row, 0);
    }
    listener_(changes);
  }
  if (seen_ - forgotten_at_ < kKept) return;
  if (session_.Run(sql::kForgetChanges, PostgresParams().Int(kKept)).ok()) forgotten_at_ = seen_;
}

void PostgresFeed::TellAll(int64_t last) {
  seen_ = last;
  KeyStore::Changes changes;
  changes.all = true;
  listener_(changes);
}

}  // namespace keyward::store
