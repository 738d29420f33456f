#include "server/net/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace keyward::net {

int64_t RaiseDescriptorLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  const rlim_t now = setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_max : before;
  const rlim_t most = std::numeric_limits<int32_t>::max();  // RLIM_INFINITY is above it
  return static_cast<int64_t>(std::min(now, most)) - kReservedDescriptors;
}

}  // namespace keyward::net
