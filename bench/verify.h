#ifndef KEYWARD_BENCH_VERIFY_H_
#define KEYWARD_BENCH_VERIFY_H_

#include "absl/status/status.h"
#include "bench/connection.h"
#include "bench/tokens.h"
#include "bench/workload.h"

namespace keyward::bench {

// Whether the server really encrypts: what it seals must open again to the same, alone and, in the
// batch modes, in batches; and so must a token of `tokens`, which may be null.
absl::Status Verify(const Connection& connection, const WorkloadOptions& options,
                    const Tokens* tokens);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_VERIFY_H_
