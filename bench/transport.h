#ifndef KEYWARD_BENCH_TRANSPORT_H_
#define KEYWARD_BENCH_TRANSPORT_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace keyward::bench {

// PEM files for mutual TLS; all empty for none.
struct TlsFiles {
  std::string ca;    // who signed the other side's certificate
  std::string cert;  // own chain
  std::string key;

  bool in_use() const { return !ca.empty() || !cert.empty() || !key.empty(); }
};

// Without TLS in the clear: for loopback and unix sockets alone.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> ChannelCredentials(const TlsFiles& tls);
// As keyward-server has them: mutual TLS, else gRPC's local credentials.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    const TlsFiles& tls, const std::string& address);

// A channel that shares its connection with no other one, and does no call twice.
std::shared_ptr<grpc::Channel> OwnChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_TRANSPORT_H_
