#include "bench/load.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/client.h"
#include "bench/idle.h"
#include "bench/process_usage.h"
#include "bench/tokens.h"
#include "bench/verify.h"

namespace keyward::bench {
namespace {

// Not measured at the start of each round: the target was idle during the others' turns.
constexpr double kSettleSeconds = 0.2;
constexpr std::chrono::milliseconds kMemoryLook{50};
constexpr size_t kSweepInFlight = 128;

// The token's size for a plaintext: "v2:" and base64 of nonce, ciphertext and tag.
size_t TokenBytes(size_t plaintext_bytes) { return 3 + (plaintext_bytes + 12 + 16 + 2) / 3 * 4; }

struct Subject {
  std::unique_ptr<Client> client;
  std::unique_ptr<Tokens> tokens;  // null where the mode needs none
  TargetReport report;
};

// Notes the highest memory that a process had while this object lived.
class PeakMemory {
 public:
  explicit PeakMemory(int pid) : thread_([this, pid] { Watch(pid); }) {}
  ~PeakMemory() { Stop(); }

  int64_t Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return peak_kib_;
  }

 private:
  void Watch(int pid) {
    while (!stop_ && pid != 0) {
      peak_kib_ = std::max(peak_kib_, UsageOf(pid).rss_kib);
      std::this_thread::sleep_for(kMemoryLook);
    }
  }

  int64_t peak_kib_ = 0;  // the thread's, until it has ended
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

Window WindowIn(double lead_seconds, double seconds) {
  const Time begin = Clock::now() + Seconds(lead_seconds);
  return {begin, begin + Seconds(seconds)};
}

absl::StatusOr<std::unique_ptr<Tokens>> MakeTokens(const LoadOptions& options,
                                                   const Target& target) {
  const WorkloadOptions& workload = options.workload;
  if (!NeedsTokens(workload.mode)) return std::unique_ptr<Tokens>();
  const size_t size = TokenBytes(workload.plaintext_bytes);
  if (!target.tokens.empty()) {
    auto tokens = Tokens::OpenFile(target.tokens);
    if (!tokens.ok()) return tokens.status();
    if ((*tokens)->count() < workload.users || (*tokens)->size() != size) {
      return absl::InvalidArgumentError(
          absl::StrCat(target.tokens, " has ", (*tokens)->count(), " tokens of ", (*tokens)->size(),
                       " bytes; --users=", workload.users, " of ", size, " are asked for"));
    }
    return tokens;
  }
  auto tokens = Tokens::InMemory(workload.users, size);
  if (!tokens.ok() || target.kind == Target::Kind::kKeyward) return tokens;
  // An echo server gets messages of the same size, from memory that is as large.
  const std::string filler(size, 'x');
  for (uint64_t user = 0; user < workload.users; ++user) (*tokens)->Set(user, filler);
  return tokens;
}

// Gives every known user a key, a place in the server's cache, and a token where one is needed.
absl::Status Sweep(const LoadOptions& options, Subject& subject) {
  const Target& target = subject.client->target();
  const bool needs_tokens = subject.tokens != nullptr && target.tokens.empty();
  const bool meets_known_users =
      options.workload.mode != Mode::kCreate && options.workload.mode != Mode::kIdle;
  if (!needs_tokens && !(options.sweep && meets_known_users)) return absl::OkStatus();
  std::fprintf(stderr, "%s: one Encrypt for each of %llu users\n", target.name.c_str(),
               static_cast<unsigned long long>(options.workload.users));
  subject.client->SetWorkloads(0, [&](const LaneOfRun& lane) {
    return MakeSweep(options.workload, lane, needs_tokens ? subject.tokens.get() : nullptr);
  });
  const Drive drive{.in_flight = kSweepInFlight};
  return subject.client->Run(drive, {Clock::now(), Time::max()}).status();
}

absl::StatusOr<Subject> Prepare(const LoadOptions& options, const Target& target, uint64_t seed) {
  auto client = Client::Connect(target, options.tls, options.threads, options.channels);
  if (!client.ok()) return client.status();
  auto tokens = MakeTokens(options, target);
  if (!tokens.ok()) return tokens.status();
  Subject subject{*std::move(client), *std::move(tokens), {target, {}}};
  if (target.kind == Target::Kind::kKeyward) {
    absl::Status ready = Verify(subject.client->connection(), options.workload,
                                target.tokens.empty() ? nullptr : subject.tokens.get());
    if (ready.ok()) ready = Sweep(options, subject);
    if (!ready.ok())
      return absl::Status(ready.code(), absl::StrCat(target.name, ": ", ready.message()));
  }
  subject.client->SetWorkloads(seed, [&](const LaneOfRun& lane) {
    return MakeWorkload(options.workload, lane, subject.tokens.get(), target.kind);
  });
  return subject;
}

absl::Status WarmUp(const LoadOptions& options, const std::vector<Subject>& subjects) {
  if (options.warmup_seconds <= 0) return absl::OkStatus();
  for (const Subject& subject : subjects) {
    const auto run = subject.client->Run(options.drive, WindowIn(0, options.warmup_seconds));
    if (!run.ok()) return run.status();
  }
  return absl::OkStatus();
}

absl::StatusOr<Round> MeasureRound(const LoadOptions& options, Client& client, uint64_t seed) {
  const int pid = client.target().pid;
  Drive drive = options.drive;
  drive.seed = seed;
  const ProcessUsage server = UsageOf(pid);
  const ProcessUsage own = UsageOf(0);
  PeakMemory peak(pid);
  auto measured = client.Run(drive, WindowIn(kSettleSeconds, options.round_seconds));
  if (!measured.ok()) return measured.status();
  Round round{.measured = *std::move(measured), .seconds = options.round_seconds};
  round.client_cpu_seconds = UsageOf(0).cpu_seconds - own.cpu_seconds;
  if (pid == 0) return round;
  const ProcessUsage after = UsageOf(pid);
  round.server_cpu_seconds = after.cpu_seconds - server.cpu_seconds;
  round.rss_kib_before = server.rss_kib;
  round.rss_kib_after = after.rss_kib;
  round.rss_kib_peak = std::max(peak.Stop(), after.rss_kib);
  return round;
}

absl::Status MeasureAll(const LoadOptions& options, uint64_t seed, std::vector<Subject>& subjects) {
  for (int i = 0; i < options.rounds; ++i) {
    for (size_t turn = 0; turn < subjects.size(); ++turn) {
      Subject& subject = subjects[(turn + static_cast<size_t>(i)) % subjects.size()];
      auto round = MeasureRound(options, *subject.client, seed + static_cast<uint64_t>(i));
      if (!round.ok()) return round.status();
      std::fprintf(stderr, "%2d/%d %s\n", i + 1, options.rounds,
                   ToLine(subject.client->target().name, *round).c_str());
      subject.report.rounds.push_back(*std::move(round));
    }
  }
  return absl::OkStatus();
}

absl::Status MeasureWhenIdle(const LoadOptions& options, std::vector<Subject>& subjects) {
  std::vector<const Client*> clients;
  for (const Subject& subject : subjects) clients.push_back(subject.client.get());
  auto rounds =
      MeasureIdle(clients, {options.workload, options.idle_count, options.idle_interval_seconds});
  if (!rounds.ok()) return rounds.status();
  for (size_t i = 0; i < subjects.size(); ++i) {
    std::fprintf(stderr, "%s\n", ToLine(options.targets[i].name, (*rounds)[i]).c_str());
    subjects[i].report.rounds.push_back(std::move((*rounds)[i]));
  }
  return absl::OkStatus();
}

void SetParameters(const LoadOptions& options, google::protobuf::Struct& parameters) {
  auto& fields = *parameters.mutable_fields();
  fields["mode"].set_string_value(options.mode);
  fields["tls"].set_bool_value(options.tls.in_use());
  fields["users"].set_number_value(static_cast<double>(options.workload.users));
  fields["plaintext_bytes"].set_number_value(static_cast<double>(options.workload.plaintext_bytes));
  fields["in_flight"].set_number_value(static_cast<double>(options.drive.in_flight));
  fields["rate"].set_number_value(options.drive.rate);
  fields["threads"].set_number_value(options.threads);
  fields["channels"].set_number_value(options.channels);
  fields["warmup_seconds"].set_number_value(options.warmup_seconds);
  fields["rounds"].set_number_value(options.rounds);
  fields["round_seconds"].set_number_value(options.round_seconds);
  fields["cores"].set_number_value(std::thread::hardware_concurrency());
  if (!IsBatch(options.workload.mode)) return;
  fields["batch_size"].set_number_value(options.workload.batch_size);
  fields["raw_batches"].set_bool_value(options.workload.raw_batches);
}

}  // namespace

absl::StatusOr<Report> RunLoad(const LoadOptions& options) {
  const uint64_t seed = (uint64_t{std::random_device()()} << 32) | std::random_device()();
  std::vector<Subject> subjects;
  for (const Target& target : options.targets) {
    auto subject = Prepare(options, target, seed);
    if (!subject.ok()) return subject.status();
    subjects.push_back(*std::move(subject));
  }
  Report report;
  SetParameters(options, report.parameters);
  absl::Status done;
  if (options.workload.mode == Mode::kIdle) {
    done = MeasureWhenIdle(options, subjects);
  } else {
    done = WarmUp(options, subjects);
    if (done.ok()) done = MeasureAll(options, seed, subjects);
  }
  if (!done.ok()) return done;
  for (Subject& subject : subjects) report.targets.push_back(std::move(subject.report));
  return report;
}

}  // namespace keyward::bench
