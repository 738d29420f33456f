#ifndef KEYWARD_SERVER_RPC_TIMESTAMPS_H_
#define KEYWARD_SERVER_RPC_TIMESTAMPS_H_

#include <google/protobuf/timestamp.pb.h>

#include <cstdint>

#include "absl/time/time.h"

namespace keyward::rpc {

// The nanoseconds of a time before 1970 count forwards, too.
inline void Fill(absl::Time time, google::protobuf::Timestamp& message) {
  const int64_t seconds = absl::ToUnixSeconds(time);  // rounds down
  message.set_seconds(seconds);
  message.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_TIMESTAMPS_H_
