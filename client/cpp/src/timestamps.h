#ifndef KEYWARD_CLIENT_CPP_SRC_TIMESTAMPS_H_
#define KEYWARD_CLIENT_CPP_SRC_TIMESTAMPS_H_

#include <google/protobuf/timestamp.pb.h>

#include "absl/time/time.h"

namespace keyward::client {

inline absl::Time ToTime(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_TIMESTAMPS_H_
