#ifndef KEYWARD_SERVER_RPC_KEY_ADMIN_SERVICE_H_
#define KEYWARD_SERVER_RPC_KEY_ADMIN_SERVICE_H_

#include "keyward/v1/key_admin_service.grpc.pb.h"
#include "server/keyring/kek_rotation.h"
#include "server/keyring/key_lifecycle.h"
#include "server/keyring/key_list.h"
#include "server/keyring/rotation_policy.h"
#include "server/keyring/store_upkeep.h"
#include "server/rpc/unary_method.h"

namespace keyward::rpc {

// KeyAdminService with every method's body left as bytes.
using RawKeyAdminService =
    v1::KeyAdminService::WithRawMethod_GetUserKey<v1::KeyAdminService::WithRawMethod_ListUserKeys<
        v1::KeyAdminService::WithRawMethod_RotateUserKey<
            v1::KeyAdminService::WithRawMethod_DisableUserKey<
                v1::KeyAdminService::WithRawMethod_EnableUserKey<
                    v1::KeyAdminService::WithRawMethod_SetMinimumVersion<
                        v1::KeyAdminService::WithRawMethod_DeleteUserKey<
                            v1::KeyAdminService::WithRawMethod_UndeleteUserKey<
                                v1::KeyAdminService::WithRawMethod_DestroyUserKey<
                                    v1::KeyAdminService::WithRawMethod_GetKekStatus<
                                        v1::KeyAdminService::WithRawMethod_RewrapUserKeys<
                                            v1::KeyAdminService::WithRawMethod_RetireKek<
                                                v1::KeyAdminService::WithRawMethod_VerifyStore<
                                                    v1::KeyAdminService::WithRawMethod_Backup<
                                                        v1::KeyAdminService::Service>>>>>>>>>>>>>>;

// What does the work.
struct KeyAdmin {
  const keyring::MasterKeys& keks;
  keyring::KeyLifecycle& lifecycle;
  const keyring::RotationPolicy& policy;  // by which keys are due
  keyring::KeyList& list;
  keyring::KekRotation& rotation;
  keyring::StoreUpkeep& upkeep;
};

// How KeyAdminService's RPCs are served.
struct KeyAdminServiceMethods {
  template <typename Request>
  using UserVerb = UnaryMethod<Request, v1::UserKey>;

  UserVerb<v1::GetUserKeyRequest> get_user_key;
  UnaryMethod<v1::ListUserKeysRequest, v1::ListUserKeysResponse> list_user_keys;
  UserVerb<v1::RotateUserKeyRequest> rotate_user_key;
  UserVerb<v1::DisableUserKeyRequest> disable_user_key;
  UserVerb<v1::EnableUserKeyRequest> enable_user_key;
  UserVerb<v1::SetMinimumVersionRequest> set_minimum_version;
  UserVerb<v1::DeleteUserKeyRequest> delete_user_key;
  UserVerb<v1::UndeleteUserKeyRequest> undelete_user_key;
  UserVerb<v1::DestroyUserKeyRequest> destroy_user_key;
  UnaryMethod<v1::GetKekStatusRequest, v1::KekStatus> get_kek_status;
  UnaryMethod<v1::RewrapUserKeysRequest, v1::RewrapProgress> rewrap_user_keys;
  UnaryMethod<v1::RetireKekRequest, v1::RetireKekResponse> retire_kek;
  UnaryMethod<v1::VerifyStoreRequest, v1::VerifyStoreResponse> verify_store;
  UnaryMethod<v1::BackupRequest, v1::BackupResponse> backup;

  // Calls `visit` with each method.
  template <typename Visit>
  void ForEach(Visit visit) const {
    visit(get_user_key), visit(list_user_keys), visit(rotate_user_key), visit(disable_user_key);
    visit(enable_user_key), visit(set_minimum_version), visit(delete_user_key);
    visit(undelete_user_key), visit(destroy_user_key), visit(get_kek_status);
    visit(rewrap_user_keys), visit(retire_kek), visit(verify_store), visit(backup);
  }
};

// `service` and all of `admin` must outlive the methods.
KeyAdminServiceMethods MakeKeyAdminServiceMethods(RawKeyAdminService& service,
                                                  const KeyAdmin& admin);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_KEY_ADMIN_SERVICE_H_
