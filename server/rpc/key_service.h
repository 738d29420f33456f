#ifndef KEYWARD_SERVER_RPC_KEY_SERVICE_H_
#define KEYWARD_SERVER_RPC_KEY_SERVICE_H_

#include <string>

#include "keyward/v1/key_service.grpc.pb.h"
#include "server/keyring/keyring.h"
#include "server/rpc/batch_message.h"
#include "server/rpc/unary_method.h"

namespace keyward::rpc {

// KeyService with every method's body left as bytes.
using RawKeyService = v1::KeyService::WithRawMethod_GetOrCreateUserKey<
    v1::KeyService::WithRawMethod_Encrypt<v1::KeyService::WithRawMethod_Decrypt<
        v1::KeyService::WithRawMethod_BatchEncrypt<v1::KeyService::WithRawMethod_BatchDecrypt<
            v1::KeyService::WithRawMethod_Rewrap<v1::KeyService::WithRawMethod_BatchRewrap<
                v1::KeyService::WithRawMethod_PoolKey<v1::KeyService::WithRawMethod_HashApiKey<
                    v1::KeyService::WithRawMethod_GetStatus<v1::KeyService::Service>>>>>>>>>>;

// How KeyService's RPCs are served.
struct KeyServiceMethods {
  UnaryMethod<v1::GetOrCreateUserKeyRequest, v1::GetOrCreateUserKeyResponse> get_or_create_user_key;
  UnaryMethod<v1::EncryptRequest, v1::EncryptResponse> encrypt;
  UnaryMethod<v1::DecryptRequest, v1::DecryptResponse> decrypt;
  UnaryMethod<BatchRequest, BatchResponse> batch_encrypt;
  UnaryMethod<BatchRequest, BatchResponse> batch_decrypt;
  UnaryMethod<v1::RewrapRequest, v1::RewrapResponse> rewrap;
  UnaryMethod<BatchRequest, BatchResponse> batch_rewrap;
  UnaryMethod<v1::PoolKeyRequest, v1::PoolKeyResponse> pool_key;
  UnaryMethod<v1::HashApiKeyRequest, v1::HashApiKeyResponse> hash_api_key;
  UnaryMethod<v1::GetStatusRequest, v1::GetStatusResponse> get_status;

  // Calls `visit` with each method.
  template <typename Visit>
  void ForEach(Visit visit) const {
    visit(encrypt), visit(decrypt), visit(get_or_create_user_key), visit(batch_encrypt);
    visit(batch_decrypt), visit(rewrap), visit(batch_rewrap), visit(pool_key);
    visit(hash_api_key), visit(get_status);
  }
};

// `service` and `keyring` must outlive the methods. `version` is the server's, `store` the kind of
// store, both for GetStatus.
KeyServiceMethods MakeKeyServiceMethods(RawKeyService& service, keyring::Keyring& keyring,
                                        std::string version, std::string store);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_KEY_SERVICE_H_
