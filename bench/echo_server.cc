#include "bench/echo_server.h"

#include "absl/strings/str_cat.h"

namespace keyward::bench {
namespace {

// As keyward-server has them.
constexpr int kMaxRequestBytes = 4 * 1024 * 1024;
constexpr int kMaxStreamsPerConnection = 256;

}  // namespace

absl::Status ConfigureEcho(const EchoOptions& options, grpc::ServerBuilder& builder, int& port) {
  auto credentials = ServerCredentials(options.tls, options.address);
  if (!credentials.ok()) return credentials.status();
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.AddListeningPort(options.address, *credentials, &port);
  return absl::OkStatus();
}

std::string BoundAddress(const std::string& address, int port) {
  if (address.rfind("unix:", 0) == 0) return address;
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

grpc::ByteBuffer MessageOfSize(size_t size) {
  const std::string text(size, 'x');
  const grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace keyward::bench
