#ifndef KEYWARD_BENCH_ECHO_SERVER_H_
#define KEYWARD_BENCH_ECHO_SERVER_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "bench/transport.h"

namespace keyward::bench {

struct EchoOptions {
  std::string address;  // HOST:PORT (0: any free one) or unix:/path
  TlsFiles tls;
  size_t response_bytes = 0;  // of the whole message
  // Calls that wait ready for the next request on each queue, as many as keyward-server has.
  int ready_calls = 64;
};

// A gRPC server that does nothing but answer: what remains is the cost of gRPC itself. It runs
// until it is destroyed.
class EchoServer {
 public:
  virtual ~EchoServer() = default;
};

struct Listening {
  std::unique_ptr<EchoServer> server;
  std::string address;
};

// The ceiling: as keyward-server is built (one completion queue and one thread per core, slots that
// are used again, bodies unparsed), and as little else as the asynchronous API allows.
absl::StatusOr<Listening> StartAsyncEcho(const EchoOptions& options);

// The same on gRPC's callback API, as most servers are written today.
absl::StatusOr<Listening> StartCallbackEcho(const EchoOptions& options);

// What both have in common with keyward-server: limits, compression, and where they listen. `port`
// is filled in once the server is built.
absl::Status ConfigureEcho(const EchoOptions& options, grpc::ServerBuilder& builder, int& port);
// The address with the port that the system gave.
std::string BoundAddress(const std::string& address, int port);
// A message of that size.
grpc::ByteBuffer MessageOfSize(size_t size);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_ECHO_SERVER_H_
