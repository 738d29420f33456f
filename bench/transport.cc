#include "bench/transport.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"

namespace keyward::bench {
namespace {

struct Pem {
  std::string ca;
  std::string cert;
  std::string key;
};

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file || content.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("cannot read '", path, "', or it is empty"));
  }
  return content;
}

absl::StatusOr<Pem> Read(const TlsFiles& tls) {
  const auto ca = ReadFile(tls.ca);
  if (!ca.ok()) return ca.status();
  const auto cert = ReadFile(tls.cert);
  if (!cert.ok()) return cert.status();
  const auto key = ReadFile(tls.key);
  if (!key.ok()) return key.status();
  return Pem{*ca, *cert, *key};
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(const TlsFiles& tls) {
  if (!tls.in_use()) return grpc::InsecureChannelCredentials();
  const auto pem = Read(tls);
  if (!pem.ok()) return pem.status();
  return grpc::SslCredentials({pem->ca, pem->key, pem->cert});
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    const TlsFiles& tls, const std::string& address) {
  if (!tls.in_use()) {
    const bool unix_socket = address.rfind("unix:", 0) == 0;
    return grpc::experimental::LocalServerCredentials(unix_socket ? UDS : LOCAL_TCP);
  }
  const auto pem = Read(tls);
  if (!pem.ok()) return pem.status();
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = pem->ca;
  options.pem_key_cert_pairs.push_back({pem->key, pem->cert});
  return grpc::SslServerCredentials(options);
}

std::shared_ptr<grpc::Channel> OwnChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, -1);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

}  // namespace keyward::bench
