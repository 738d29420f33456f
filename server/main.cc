#include <signal.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

#include "server/config.h"
#include "server/harden.h"
#include "server/master_key_source.h"
#include "server/server.h"
#include "server/telemetry/log.h"

namespace {

constexpr int kExitConfig = 78;  // EX_CONFIG of sysexits.h

int Refuse(const absl::Status& status) {
  std::fprintf(stderr, "keyward-server: %s\n", std::string(status.message()).c_str());
  return kExitConfig;
}

// Threads that start later inherit this, so the signals come to WaitForStop alone.
sigset_t BlockStopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void WaitForStop(const sigset_t& signals) {
  int signal = 0;
  sigwait(&signals, &signal);
  keyward::telemetry::Log(keyward::telemetry::LogLevel::kInfo, "draining",
                          {{"signal", int64_t{signal}}});
}

}  // namespace

int main(int argc, char** argv) {
  keyward::HardenProcess();
  // Whoever reads our log may go away; the calls in flight must not pay for it.
  signal(SIGPIPE, SIG_IGN);
  // A unix socket gets its permissions from this, and those say who may use every key.
  umask(umask(0) | S_IWOTH);
  const sigset_t stop_signals = BlockStopSignals();
  auto parsed = keyward::ParseCommandLine(argc, argv);
  if (!parsed.ok()) return Refuse(parsed.status());
  if (parsed->print) {
    std::fputs(parsed->print->c_str(), stdout);
    return EXIT_SUCCESS;
  }
  auto master_keys = keyward::TakeMasterKeys();
  if (!master_keys.ok()) return Refuse(master_keys.status());
  auto server = keyward::Server::Start(parsed->config, *std::move(master_keys));
  if (!server.ok()) return Refuse(server.status());
  WaitForStop(stop_signals);
  // A call that hangs in the store would be waited for; all that was ever answered is stored.
  if (!(*server)->Drain()) std::_Exit(EXIT_SUCCESS);
  return EXIT_SUCCESS;
}
