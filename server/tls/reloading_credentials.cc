#include "server/tls/reloading_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpcpp/security/server_credentials.h>

#include <cstdlib>
#include <string>
#include <type_traits>

#include "server/crypto/secret_bytes.h"

namespace keyward::tls {
namespace {

// gRPC asks before each handshake, and once when the port is added.
grpc_ssl_certificate_config_reload_status GiveNew(void* reader,
                                                  grpc_ssl_server_certificate_config** config) {
  const auto identity = static_cast<IdentityReader*>(reader)->TakeNew();
  if (identity == nullptr) return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
  std::string key(identity->private_key.ExposeSecret());
  const grpc_ssl_pem_key_cert_pair pair = {key.c_str(), identity->certificate_chain.c_str()};
  *config = grpc_ssl_server_certificate_config_create(identity->client_ca.c_str(), &pair, 1);
  crypto::Wipe(key);
  return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
}

grpc_server_credentials* NewCredentials(IdentityReader& reader) {
  return grpc_ssl_server_credentials_create_with_options(
      grpc_ssl_server_credentials_create_options_using_config_fetcher(
          GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, GiveNew, &reader));
}

// Today's gRPC: the base class owns the core's credentials.
template <typename Base, bool kAbstract = std::is_abstract_v<Base>>
class Credentials final : public Base {
 public:
  explicit Credentials(IdentityReader& reader) : Base(NewCredentials(reader)) {}
};

// gRPC 1.51: it leaves everything to its descendants.
template <typename Base>
class Credentials<Base, true> final : public Base {
 public:
  explicit Credentials(IdentityReader& reader) : credentials_(NewCredentials(reader)) {}
  ~Credentials() override { grpc_server_credentials_release(credentials_); }

  // Who may call what is decided for each call, not here; gRPC's own newer base class ends the
  // program too.
  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {
    std::abort();
  }

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  grpc_server_credentials* const credentials_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> ReloadingCredentials(IdentityFiles& files) {
  return std::make_shared<Credentials<grpc::ServerCredentials>>(files.NewReader());
}

}  // namespace keyward::tls
