#ifndef KEYWARD_SERVER_RPC_ADMIN_MESSAGES_H_
#define KEYWARD_SERVER_RPC_ADMIN_MESSAGES_H_

#include "keyward/v1/key_admin_service.pb.h"
#include "server/keyring/kek_rotation.h"
#include "server/keyring/key_lifecycle.h"
#include "server/keyring/key_list.h"
#include "server/keyring/rotation_policy.h"
#include "server/keyring/store_upkeep.h"

// The messages of KeyAdminService, out of what the keyring gives. Each sets every field of the
// message; the policy says which keys are due.
namespace keyward::rpc {

void Fill(const store::UserKeys& keys, const keyring::RotationPolicy& policy, v1::UserKey& message);
void Fill(const keyring::KeyPage& page, const keyring::RotationPolicy& policy,
          v1::ListUserKeysResponse& message);
void Fill(const keyring::KekState& kek, v1::RetireKekResponse& message);
void Fill(const keyring::RewrapProgress& progress, v1::RewrapProgress& message);
void Fill(const keyring::KekStatus& status, v1::KekStatus& message);
void Fill(const keyring::StoredKeysTally& tally, v1::VerifyStoreResponse& message);
void Fill(const keyring::BackedUp& made, v1::BackupResponse& message);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_ADMIN_MESSAGES_H_
