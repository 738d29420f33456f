#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <variant>

#include "absl/synchronization/mutex.h"
#include "bench/command_line.h"
#include "bench/echo_server.h"
#include "bench/fill.h"
#include "bench/load.h"
#include "bench/report.h"
#include "server/keyring/kek.h"

namespace keyward::bench {
namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "keyward-bench: %s\n", std::string(status.message()).c_str());
  return EXIT_FAILURE;
}

absl::StatusOr<keyring::Kek> MasterKey() {
  const char* text = std::getenv("API_KEY_MASTER_KEY");
  if (text == nullptr) return absl::InvalidArgumentError("API_KEY_MASTER_KEY is not set");
  auto key = keyring::ParseKek(text);
  if (!key.ok()) return key.status();
  return keyring::Kek(*std::move(key), keyring::kDefaultPoolKeySalt);
}

int Run(const Exit& exit) { return exit.status; }

int Run(const ServeCommand& serve) {
  // Threads that start later inherit this, so the signals come here alone.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto listening =
      serve.callback ? StartCallbackEcho(serve.options) : StartAsyncEcho(serve.options);
  if (!listening.ok()) return Fail(listening.status());
  std::printf("{\"address\": \"%s\"}\n", listening->address.c_str());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  return EXIT_SUCCESS;
}

int Run(const LoadCommand& load) {
  const auto report = RunLoad(load.options);
  if (!report.ok()) return Fail(report.status());
  std::fputs(ToTable(*report).c_str(), stderr);
  if (load.json == "-") std::puts(ToJson(*report).c_str());
  if (load.json.empty() || load.json == "-") return EXIT_SUCCESS;
  std::ofstream file(load.json);
  file << ToJson(*report) << std::flush;
  return file ? EXIT_SUCCESS : Fail(absl::UnavailableError("cannot write " + load.json));
}

int Run(const FillCommand& fill) {
  const auto kek = MasterKey();
  if (!kek.ok()) return Fail(kek.status());
  const absl::Status filled = Fill(fill.options, *kek);
  return filled.ok() ? EXIT_SUCCESS : Fail(filled);
}

int Run(const CommitEachCommand& command) {
  const auto kek = MasterKey();
  if (!kek.ok()) return Fail(kek.status());
  const auto stored = StoreOneByOne(command.path, command.seconds, *kek);
  if (!stored.ok()) return Fail(stored.status());
  std::printf("{\"keys\": %llu, \"seconds\": %.3f, \"keys_per_second\": %.1f}\n",
              static_cast<unsigned long long>(stored->keys), stored->seconds,
              static_cast<double>(stored->keys) / stored->seconds);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace keyward::bench

int main(int argc, char** argv) {
  // As the server does: neither the empty servers nor the generator are to be slower for Debian's
  // Abseil, which looks for deadlocks each time that gRPC takes a lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  const auto command = keyward::bench::ParseCommandLine(argc, argv);
  return std::visit([](const auto& each) { return keyward::bench::Run(each); }, command);
}
