#ifndef KEYWARD_SERVER_STORE_READ_GATE_H_
#define KEYWARD_SERVER_STORE_READ_GATE_H_

#include "server/sync/mutex.h"

namespace keyward::store {

// Lets readers in, or one who needs all of them out. Thread-safe.
class ReadGate {
 public:
  // Waits while the gate is shut.
  void Enter() {
    sync::MutexLock lock(mutex_);
    while (shut_) changed_.Wait(mutex_);
    ++inside_;
  }
  void Leave() {
    sync::MutexLock lock(mutex_);
    if (--inside_ == 0) changed_.NotifyAll();
  }

  // Shuts it, and waits until nobody is inside.
  void Shut() {
    sync::MutexLock lock(mutex_);
    shut_ = true;
    while (inside_ > 0) changed_.Wait(mutex_);
  }
  void Open() {
    sync::MutexLock lock(mutex_);
    shut_ = false;
    changed_.NotifyAll();
  }

  bool IsEmpty() {
    sync::MutexLock lock(mutex_);
    return inside_ == 0;
  }

 private:
  sync::Mutex mutex_;
  sync::CondVar changed_;
  int inside_ ABSL_GUARDED_BY(mutex_) = 0;
  bool shut_ ABSL_GUARDED_BY(mutex_) = false;
};

// Is inside a gate for a scope.
class PassedGate {
 public:
  explicit PassedGate(ReadGate& gate) : gate_(gate) { gate_.Enter(); }
  ~PassedGate() { gate_.Leave(); }
  PassedGate(const PassedGate&) = delete;
  PassedGate& operator=(const PassedGate&) = delete;

 private:
  ReadGate& gate_;
};

// Keeps a gate shut for a scope.
class ShutGate {
 public:
  explicit ShutGate(ReadGate& gate) : gate_(gate) { gate_.Shut(); }
  ~ShutGate() { gate_.Open(); }
  ShutGate(const ShutGate&) = delete;
  ShutGate& operator=(const ShutGate&) = delete;

 private:
  ReadGate& gate_;
};

}  // namespace keyward::store

#endif  // KEYWARD_SERVER_STORE_READ_GATE_H_
