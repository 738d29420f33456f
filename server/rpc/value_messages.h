#ifndef KEYWARD_SERVER_RPC_VALUE_MESSAGES_H_
#define KEYWARD_SERVER_RPC_VALUE_MESSAGES_H_

#include "absl/status/statusor.h"
#include "keyward/v1/key_service.pb.h"
#include "server/keyring/keyring.h"

// The messages of Encrypt, Decrypt and Rewrap, by themselves and in batches, and what the keyring
// takes and gives.
namespace keyward::rpc {

// A view of the request, which must outlive it; errors::InvalidRequest where a field breaks its
// rule.
absl::StatusOr<keyring::EncryptItem> ReadItem(const v1::EncryptRequest& request);
absl::StatusOr<keyring::DecryptItem> ReadItem(const v1::DecryptRequest& request);
absl::StatusOr<keyring::RewrapItem> ReadItem(const v1::RewrapRequest& request);

// Sets every field of the response.
void Fill(keyring::Encrypted sealed, v1::EncryptResponse& response);
void Fill(keyring::Decrypted opened, v1::DecryptResponse& response);
void Fill(keyring::Rewrapped rewrapped, v1::RewrapResponse& response);

// Overwrites what is secret in a message that has served.
void WipeSecrets(v1::EncryptRequest& request);
void WipeSecrets(v1::DecryptRequest& request);
void WipeSecrets(v1::DecryptResponse& response);
void WipeSecrets(v1::RewrapRequest& request);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_VALUE_MESSAGES_H_
