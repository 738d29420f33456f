#ifndef KEYWARD_SERVER_KEYRING_NEW_USER_GUESS_H_
#define KEYWARD_SERVER_KEYRING_NEW_USER_GUESS_H_

#include <algorithm>
#include <atomic>

namespace keyward::keyring {

// Whether the next user whose key may be made is likely new to the store: so it was with almost all
// of the latest ones. Then to create at once spares a look-up that finds nobody. A wrong guess
// costs time and nothing else. Thread-safe; what threads count at the same moment may be lost.
class NewUserGuess {
 public:
  bool LikelyNew() const { return score_.load(std::memory_order_relaxed) >= kEnough; }

  void SawNew() { Set(std::min(score_.load(std::memory_order_relaxed) + 1, kMost)); }
  void SawKnown() { Set(std::max(score_.load(std::memory_order_relaxed) - kCostOfKnown, 0)); }
  // To create does not work now, while to look up may.
  void SawFailure() { Set(0); }

 private:
  static constexpr int kMost = 64;
  static constexpr int kEnough = 32;
  static constexpr int kCostOfKnown = 8;

  void Set(int score) { score_.store(score, std::memory_order_relaxed); }

  std::atomic<int> score_{0};
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_NEW_USER_GUESS_H_
