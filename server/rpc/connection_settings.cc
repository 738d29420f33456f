#include "server/rpc/connection_settings.h"

#include <grpc/grpc.h>

namespace keyward::rpc {
namespace {

// Room for the longest legal request, and for one that is too long to be refused by us with a
// reason.
constexpr int kMaxRequestBytes = 4 * 1024 * 1024;
// Streams of one connection; what a client has beyond that waits on its side.
constexpr int kMaxStreamsPerConnection = 1024;

}  // namespace

void ConfigureConnections(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreamsPerConnection);
  // A compressed message is unpacked before its size is checked.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
}

}  // namespace keyward::rpc
