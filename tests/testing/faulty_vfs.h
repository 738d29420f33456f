#ifndef KEYWARD_TESTS_TESTING_FAULTY_VFS_H_
#define KEYWARD_TESTS_TESTING_FAULTY_VFS_H_

#include <memory>

#include "server/sync/mutex.h"

struct sqlite3_vfs;

namespace keyward::testing {

// Stands between SQLite and the operating system, for every connection opened while it lives: a
// test makes reads, writes or syncs fail, counts the log's syncs, or holds them. One at a time.
class FaultyVfs {
 public:
  enum class Operation { kRead = 0, kWrite = 1, kSync = 2 };

  FaultyVfs();
  // All connections must be closed by then.
  ~FaultyVfs();

  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  // From now on the operation answers this SQLite error code; SQLITE_OK ends that.
  void Fail(Operation operation, int code);

  // The same for syncs of the database itself, which checkpoints make, with an error of their own.
  void FailDatabaseSyncs(bool on);

  // How many files were opened.
  int Opens();

  // How often a write-ahead log was made durable.
  int LogSyncs();

  // The log's syncs wait until Release.
  void HoldLogSyncs();
  void WaitForHeldSync();
  void Release();

  // The process is killed, as by kill -9, at its next `operation`th write, sync or truncation; 1:
  // the next.
  void KillAt(int operation);

  // What the file methods ask; for them only.
  int Pass(Operation operation, bool is_log);
  void CountOpen();
  void CountChange();

 private:
  const std::unique_ptr<sqlite3_vfs> vfs_;

  sync::Mutex mutex_;
  sync::CondVar changed_;
  int codes_[3] ABSL_GUARDED_BY(mutex_) = {0, 0, 0};
  bool fail_database_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  int kill_at_ ABSL_GUARDED_BY(mutex_) = 0;
  int opens_ ABSL_GUARDED_BY(mutex_) = 0;
  int log_syncs_ ABSL_GUARDED_BY(mutex_) = 0;
  bool hold_ ABSL_GUARDED_BY(mutex_) = false;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TESTING_FAULTY_VFS_H_
