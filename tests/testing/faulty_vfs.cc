#include "tests/testing/faulty_vfs.h"

#include <sqlite3.h>

#include <csignal>
#include <new>

namespace keyward::testing {
namespace {

using Operation = FaultyVfs::Operation;

// SQLite allots room for this and, right behind it, for the real file.
struct File {
  sqlite3_file base;
  FaultyVfs* vfs;
  bool is_log;
};

sqlite3_file* Real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}

int Pass(sqlite3_file* file, Operation operation) {
  const File* faulty = reinterpret_cast<File*>(file);
  return faulty->vfs->Pass(operation, faulty->is_log);
}

int Read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  const int code = Pass(file, Operation::kRead);
  return code != SQLITE_OK ? code : Real(file)->pMethods->xRead(Real(file), to, size, offset);
}

void CountChange(sqlite3_file* file) { reinterpret_cast<File*>(file)->vfs->CountChange(); }

int Write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  CountChange(file);
  const int code = Pass(file, Operation::kWrite);
  return code != SQLITE_OK ? code : Real(file)->pMethods->xWrite(Real(file), from, size, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  CountChange(file);
  return Real(file)->pMethods->xTruncate(Real(file), size);
}

int Sync(sqlite3_file* file, int flags) {
  CountChange(file);
  const int code = Pass(file, Operation::kSync);
  return code != SQLITE_OK ? code : Real(file)->pMethods->xSync(Real(file), flags);
}

// The method of the real file, as it is.
template <auto kMethod, typename... Arguments>
auto Forward(sqlite3_file* file, Arguments... arguments) {
  return (Real(file)->pMethods->*kMethod)(Real(file), arguments...);
}

using M = sqlite3_io_methods;
const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = Forward<&M::xClose>,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = Forward<&M::xFileSize, sqlite3_int64*>,
    .xLock = Forward<&M::xLock, int>,
    .xUnlock = Forward<&M::xUnlock, int>,
    .xCheckReservedLock = Forward<&M::xCheckReservedLock, int*>,
    .xFileControl = Forward<&M::xFileControl, int, void*>,
    .xSectorSize = Forward<&M::xSectorSize>,
    .xDeviceCharacteristics = Forward<&M::xDeviceCharacteristics>,
    .xShmMap = Forward<&M::xShmMap, int, int, int, void volatile**>,
    .xShmLock = Forward<&M::xShmLock, int, int, int>,
    .xShmBarrier = Forward<&M::xShmBarrier>,
    .xShmUnmap = Forward<&M::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

FaultyVfs* current = nullptr;
sqlite3_vfs* real_vfs = nullptr;

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File* faulty = new (file) File{{nullptr}, current, (flags & SQLITE_OPEN_WAL) != 0};
  current->CountOpen();
  const int code = real_vfs->xOpen(real_vfs, name, Real(file), flags, out_flags);
  if (Real(file)->pMethods != nullptr) faulty->base.pMethods = &kMethods;
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs() : vfs_(std::make_unique<sqlite3_vfs>()) {
  real_vfs = sqlite3_vfs_find(nullptr);
  current = this;
  *vfs_ = *real_vfs;
  vfs_->zName = "keyward-faulty";
  vfs_->szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  vfs_->xOpen = Open;
  sqlite3_vfs_register(vfs_.get(), /*makeDflt=*/1);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(vfs_.get());
  sqlite3_vfs_register(real_vfs, /*makeDflt=*/1);
}

void FaultyVfs::Fail(Operation operation, int code) {
  sync::MutexLock lock(mutex_);
  codes_[static_cast<int>(operation)] = code;
}

void FaultyVfs::FailDatabaseSyncs(bool on) {
  sync::MutexLock lock(mutex_);
  fail_database_syncs_ = on;
}

int FaultyVfs::Opens() {
  sync::MutexLock lock(mutex_);
  return opens_;
}

void FaultyVfs::CountOpen() {
  sync::MutexLock lock(mutex_);
  ++opens_;
}

void FaultyVfs::KillAt(int operation) {
  sync::MutexLock lock(mutex_);
  kill_at_ = operation;
}

void FaultyVfs::CountChange() {
  sync::MutexLock lock(mutex_);
  if (kill_at_ > 0 && --kill_at_ == 0) raise(SIGKILL);
}

int FaultyVfs::LogSyncs() {
  sync::MutexLock lock(mutex_);
  return log_syncs_;
}

void FaultyVfs::HoldLogSyncs() {
  sync::MutexLock lock(mutex_);
  hold_ = true;
  held_ = false;
}

void FaultyVfs::WaitForHeldSync() {
  sync::MutexLock lock(mutex_);
  while (!held_) changed_.Wait(mutex_);
}

void FaultyVfs::Release() {
  sync::MutexLock lock(mutex_);
  hold_ = false;
  changed_.NotifyAll();
}

int FaultyVfs::Pass(Operation operation, bool is_log) {
  sync::MutexLock lock(mutex_);
  if (operation == Operation::kSync && is_log) {
    ++log_syncs_;
    held_ = hold_;
    changed_.NotifyAll();
    while (hold_) changed_.Wait(mutex_);
  }
  if (operation == Operation::kSync && !is_log && fail_database_syncs_) return SQLITE_IOERR_FSYNC;
  return codes_[static_cast<int>(operation)];
}

}  // namespace keyward::testing
