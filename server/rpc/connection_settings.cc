#include "server/rpc/connection_settings.h"

#include <grpc/grpc.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "server/net/stream_counts.h"

namespace keyward::rpc {
namespace {

// Room for the longest legal request, and for one that is too long to be refused by us with a
// reason.
constexpr int kMaxRequestBytes = 4 * 1024 * 1024;
// Of one call. gRPC's own names, a deadline, and a token or trace of some kind take less than a
// tenth.
constexpr int kMaxMetadataBytes = 8 * 1024;
// From the connection to its TLS handshake's end, preface and SETTINGS.
constexpr int kHandshakeTimeoutMs = 10'000;
// A connection on which nothing comes is asked whether it still stands: a client that is gone
// without a word costs a descriptor. Shorter than the times after which NATs forget.
constexpr int kKeepaliveTimeMs = 120'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
// Clients may ask the same, with or without calls, each so often; whoever asks more often gets
// GOAWAY and is closed.
constexpr int kMinPingIntervalMs = 10'000;
constexpr int kMaxPingStrikes = 2;

// Read from a connection at once, and then worked off before anything else on its thread: some
// hundreds of the smallest calls. gRPC would read up to 4 MiB: fifty thousand calls and their
// resets, and a connection could not be cut before the last.
constexpr int kMaxReadBytes = 16 * 1024;

// What a call may still take on a connection that has come of age: VerifyStore goes through all
// keys.
constexpr int kMaxAgeGraceMs = 3'600'000;

int ToMs(absl::Duration duration) {
  return static_cast<int>(
      std::min<int64_t>(absl::ToInt64Milliseconds(duration), std::numeric_limits<int>::max()));
}

}  // namespace

void ConfigureConnections(grpc::ServerBuilder& builder, absl::Duration max_age) {
  builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
  // A compressed message is unpacked before its size is checked.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  // Its counts tell of streams that end without an answer, see rpc/channelz_counts.h.
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             static_cast<int>(net::kMaxStreamsPerConnection));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs);
  if (max_age > absl::ZeroDuration()) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, ToMs(max_age));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxAgeGraceMs);
  }
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kMaxPingStrikes);
  builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, kMaxReadBytes);
  // By its probes for bandwidth gRPC would widen a connection's window to megabytes. Without them
  // it is 64 KiB, and a message of any length still has a mebibyte on its way.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
}

}  // namespace keyward::rpc
