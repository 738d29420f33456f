#ifndef KEYWARD_SERVER_NET_LOOK_PACE_H_
#define KEYWARD_SERVER_NET_LOOK_PACE_H_

#include <algorithm>
#include <chrono>

namespace keyward::net {

// For how long no look at connections' traffic follows one that took so much processor time. Looks
// take no larger share of a core than one in twenty, with however many connections; but a look that
// was dear by accident, on a machine that is short of processors, must not leave an attacker alone
// for seconds.
inline std::chrono::nanoseconds PauseAfterLook(std::chrono::nanoseconds took) {
  constexpr int kLookShare = 20;
  constexpr std::chrono::milliseconds kMaxPause(50);
  return std::min<std::chrono::nanoseconds>(kLookShare * took, kMaxPause);
}

}  // namespace keyward::net

#endif  // KEYWARD_SERVER_NET_LOOK_PACE_H_
