#ifndef KEYWARD_BENCH_WORKLOAD_H_
#define KEYWARD_BENCH_WORKLOAD_H_

#include <grpcpp/grpcpp.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "bench/connection.h"
#include "bench/tokens.h"

namespace keyward::bench {

enum class Mode { kEncrypt, kDecrypt, kCreate, kCold, kMixed, kBatch, kBatchDecrypt, kIdle };

struct WorkloadOptions {
  Mode mode = Mode::kEncrypt;
  uint64_t users = 100'000;
  size_t plaintext_bytes = 128;
  int batch_size = 100;
  // Batches are serialised before the run and answers are not parsed.
  bool raw_batches = false;
  // Of a hundred calls in mixed mode; the rest of them create users.
  int decrypt_percent = 60;
  int encrypt_percent = 35;
};

// Whether the mode sends tokens.
bool NeedsTokens(Mode mode);
bool IsBatch(Mode mode);

struct Operation {
  Method method = Method::kEncrypt;
  uint32_t values = 1;
  uint64_t user = 0;  // the index of the first one
};

// What one lane calls, one call after the other. Next and Accepts may run on two threads, each
// always on the same one.
class Workload {
 public:
  virtual ~Workload() = default;

  // Builds the next request; nothing where there is none left.
  virtual std::optional<Operation> Next(grpc::ByteBuffer& request) = 0;
  // Whether the answer to an operation that was OK is what it must be. May empty `response`.
  virtual bool Accepts(const Operation& operation, grpc::ByteBuffer& response) = 0;
};

// Which of its target's lanes a workload serves. The lanes of a run start apart in what is random,
// and share out the new users.
struct LaneOfRun {
  size_t index = 0;
  size_t count = 1;
  uint64_t seed = 0;  // of the run
};

// `tokens` may be null where none are needed, and must outlive the workload. An echo target takes
// the same requests; of its answers the size alone is looked at, so that it gets none that parse.
std::unique_ptr<Workload> MakeWorkload(const WorkloadOptions& options, const LaneOfRun& lane,
                                       const Tokens* tokens, Target::Kind kind);

// Encrypts once for each user, so that each has a key and the server's cache is warm. Keeps the
// tokens where `tokens` is not null.
std::unique_ptr<Workload> MakeSweep(const WorkloadOptions& options, const LaneOfRun& lane,
                                    Tokens* tokens);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_WORKLOAD_H_
