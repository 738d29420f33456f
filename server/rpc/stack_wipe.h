#ifndef KEYWARD_SERVER_RPC_STACK_WIPE_H_
#define KEYWARD_SERVER_RPC_STACK_WIPE_H_

#include <string.h>

namespace keyward::rpc {

// Overwrites what functions that have returned left on this thread's stack. Protobuf reads and
// writes the last bytes of a message, a plaintext's as well, through a buffer of 32 bytes there.
[[gnu::noinline]] inline void WipeStackBelow() {
  char used[8 * 1024];
  explicit_bzero(used, sizeof(used));
}

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_STACK_WIPE_H_
