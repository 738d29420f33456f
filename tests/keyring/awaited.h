#ifndef KEYWARD_TESTS_KEYRING_AWAITED_H_
#define KEYWARD_TESTS_KEYRING_AWAITED_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "server/sync/mutex.h"

namespace keyward::keyring {

// The answer of an asynchronous call: give Callback() to the call, then Take() waits for it. An
// answer that is given twice ends the program.
template <typename T>
class Awaited {
 public:
  absl::AnyInvocable<void(absl::StatusOr<T>)> Callback() {
    return [state = state_](absl::StatusOr<T> answer) {
      sync::MutexLock lock(state->mutex);
      if (state->answered) std::abort();
      state->answered = true;
      state->answer = std::move(answer);
      state->changed.NotifyAll();
    };
  }

  bool ready() const {
    sync::MutexLock lock(state_->mutex);
    return state_->answered;
  }

  absl::StatusOr<T> Take() {
    sync::MutexLock lock(state_->mutex);
    while (!state_->answered) state_->changed.Wait(state_->mutex);
    return *std::exchange(state_->answer, std::nullopt);
  }

 private:
  struct State {
    sync::Mutex mutex;
    sync::CondVar changed;
    bool answered = false;
    std::optional<absl::StatusOr<T>> answer;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace keyward::keyring

#endif  // KEYWARD_TESTS_KEYRING_AWAITED_H_
