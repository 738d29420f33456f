#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "server/config.h"
#include "server/harden.h"
#include "server/master_key_source.h"
#include "server/server.h"
#include "server/system_calls.h"
#include "server/telemetry/log.h"
#include "server/text/text.h"

namespace {

constexpr int kExitConfig = 78;  // EX_CONFIG of sysexits.h

int Refuse(const absl::Status& status) {
  std::fprintf(stderr, "keyward-server: %s\n",
               keyward::text::OneLine(std::string(status.message())).c_str());
  return kExitConfig;
}

// Threads that start later inherit this, so the signals come to WaitForStop alone.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2}) sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// A kernel without seccomp is no reason not to serve.
void RestrictOrWarn() {
  const absl::Status restricted = keyward::RestrictSystemCalls();
  if (restricted.ok()) return;
  keyward::telemetry::Log(keyward::telemetry::LogLevel::kWarning, "system_calls_not_restricted",
                          {{"message", std::string(restricted.message())}});
}

bool IsToldToStop() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGTERM, SIGINT}) sigaddset(&signals, each);
  const timespec at_once{};
  return sigtimedwait(&signals, nullptr, &at_once) > 0;
}

void WaitForStop(const sigset_t& signals, keyward::Server& server) {
  int signal = 0;
  while (sigwait(&signals, &signal), signal != SIGTERM && signal != SIGINT) {
    if (signal == SIGHUP) server.Refresh();
    if (signal == SIGUSR1) keyward::telemetry::LogMore();
    if (signal == SIGUSR2) keyward::telemetry::LogLess();
  }
  keyward::telemetry::Log(keyward::telemetry::LogLevel::kInfo, "draining",
                          {{"signal", int64_t{signal}}});
}

}  // namespace

int main(int argc, char** argv) {
  keyward::HardenProcess();
  // Whoever reads our log may go away; the calls in flight must not pay for it.
  signal(SIGPIPE, SIG_IGN);
  // A file at its limit is an error to answer with, as a full disk is.
  signal(SIGXFSZ, SIG_IGN);
  // A unix socket gets its permissions from this, and those say who may use every key.
  umask(umask(0) | S_IWOTH);
  const sigset_t stop_signals = BlockSignals();
  auto parsed = keyward::ParseCommandLine(argc, argv);
  if (!parsed.ok()) return Refuse(parsed.status());
  if (parsed->print) {
    std::fputs(parsed->print->c_str(), stdout);
    return EXIT_SUCCESS;
  }
  if (parsed->config.restrict_system_calls) RestrictOrWarn();
  auto master_keys = keyward::TakeMasterKeys();
  if (!master_keys.ok()) return Refuse(master_keys.status());
  auto server = keyward::Server::Start(parsed->config, *std::move(master_keys), IsToldToStop);
  if (absl::IsCancelled(server.status())) {
    keyward::telemetry::Log(keyward::telemetry::LogLevel::kInfo, "stopped",
                            {{"message", std::string(server.status().message())}});
    return EXIT_SUCCESS;
  }
  if (!server.ok()) return Refuse(server.status());
  WaitForStop(stop_signals, **server);
  // A call that hangs in the store would be waited for; all that was ever answered is stored.
  if (!(*server)->Drain()) std::_Exit(EXIT_SUCCESS);
  return EXIT_SUCCESS;
}
