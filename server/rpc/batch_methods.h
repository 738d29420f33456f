#ifndef KEYWARD_SERVER_RPC_BATCH_METHODS_H_
#define KEYWARD_SERVER_RPC_BATCH_METHODS_H_

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "server/keyring/keyring.h"
#include "server/rpc/batch_message.h"
#include "server/rpc/unary_method.h"

namespace keyward::rpc {

inline constexpr int kMaxBatchItems = 1000;
inline constexpr size_t kMaxBatchBytes = 2 * 1024 * 1024;

// How BatchEncrypt, BatchDecrypt and BatchRewrap are served: each item by the rules of the RPC of
// its own. What needs no store is answered as it is read; the rest goes to the store together.
//
// Each item is authorised by itself, counted where it fails, and recorded where the call is.
// `request` and what the scene refers to must live until `done` was called: once, on any thread.
// errors::InvalidRequest, before anything is done, for a request over the limits or with items that
// cannot be told apart.
void BatchEncrypt(keyring::Keyring& keyring, const CallScene& scene, const BatchRequest& request,
                  BatchResponse& response, absl::AnyInvocable<void(absl::Status)> done);
void BatchDecrypt(keyring::Keyring& keyring, const CallScene& scene, const BatchRequest& request,
                  BatchResponse& response, absl::AnyInvocable<void(absl::Status)> done);
void BatchRewrap(keyring::Keyring& keyring, const CallScene& scene, const BatchRequest& request,
                 BatchResponse& response, absl::AnyInvocable<void(absl::Status)> done);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_BATCH_METHODS_H_
