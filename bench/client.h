#ifndef KEYWARD_BENCH_CLIENT_H_
#define KEYWARD_BENCH_CLIENT_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/lane.h"
#include "bench/measured.h"
#include "bench/target.h"
#include "bench/transport.h"
#include "bench/workload.h"

namespace keyward::bench {

// All that calls one target: threads, each with connections of its own. They stay open between
// runs.
class Client {
 public:
  static absl::StatusOr<std::unique_ptr<Client>> Connect(const Target& target, const TlsFiles& tls,
                                                         int threads, int channels);

  const Target& target() const { return target_; }
  const Connection& connection() const { return lanes_.front()->connection(); }

  // Gives each lane what it is to call, for all runs to come.
  using Make = std::function<std::unique_ptr<Workload>(const LaneOfRun&)>;
  void SetWorkloads(uint64_t seed, const Make& make);

  // Drives all lanes at once; `drive` is shared out among them. Errors name the target.
  absl::StatusOr<Measured> Run(const Drive& drive, const Window& window);

 private:
  Client(Target target, std::vector<std::unique_ptr<Lane>> lanes);

  const Target target_;
  const std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<Workload>> workloads_;
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_CLIENT_H_
