#ifndef KEYWARD_BENCH_BATCH_WORKLOAD_H_
#define KEYWARD_BENCH_BATCH_WORKLOAD_H_

#include <memory>

#include "bench/workload.h"

namespace keyward::bench {

// BatchEncrypt or BatchDecrypt of values of different users, built from messages and parsed into
// messages as a client does it; with raw_batches, sent as they are and looked at by size.
std::unique_ptr<Workload> MakeBatchWorkload(const WorkloadOptions& options, const LaneOfRun& lane,
                                            const Tokens* tokens, Target::Kind kind);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_BATCH_WORKLOAD_H_
