#ifndef KEYWARD_CLIENT_CPP_SRC_ADMIN_ANSWERS_H_
#define KEYWARD_CLIENT_CPP_SRC_ADMIN_ANSWERS_H_

#include "keyward/admin_connection.h"
#include "keyward/v1/key_admin_service.pb.h"

// KeyAdminService's answers as results. These move the strings out of the answer.
namespace keyward::client {

UserKeyMetadata Take(v1::UserKey& key);
UserKeyPage Take(v1::ListUserKeysResponse& response);
RewrapProgress Take(v1::RewrapProgress& progress);
KekStatusResult Take(v1::KekStatus& status);
KekMetadata Take(v1::RetireKekResponse& response);
VerifyResult Take(v1::VerifyStoreResponse& response);
BackupResult Take(v1::BackupResponse& response);

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_ADMIN_ANSWERS_H_
