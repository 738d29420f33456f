#ifndef KEYWARD_SERVER_SYSTEM_CALLS_H_
#define KEYWARD_SERVER_SYSTEM_CALLS_H_

#include "absl/status/status.h"

namespace keyward {

// From now on the process has only the system calls that a server of ours needs; any other fails
// with ENOSYS, as on a kernel that lacks it. It cannot run another program, fork, trace, mount,
// load code into the kernel, or open a raw socket. Holds for all threads, for good. An error means
// that the kernel has no seccomp.
absl::Status RestrictSystemCalls();

}  // namespace keyward

#endif  // KEYWARD_SERVER_SYSTEM_CALLS_H_
