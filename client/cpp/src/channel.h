#ifndef KEYWARD_CLIENT_CPP_SRC_CHANNEL_H_
#define KEYWARD_CLIENT_CPP_SRC_CHANNEL_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/statusor.h"
#include "keyward/client_options.h"

namespace keyward::client {

// INVALID_ARGUMENT names the option or the file that is wrong. Does not connect.
absl::StatusOr<std::shared_ptr<grpc::Channel>> MakeChannel(const ClientOptions& options);

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_CHANNEL_H_
