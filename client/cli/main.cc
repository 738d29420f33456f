// keyward: the command-line client.
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <variant>

#include "client/cli/command_line.h"
#include "client/cli/commands.h"
#include "client/cli/output.h"

int main(int argc, char** argv) {
  // Secrets pass through this process: it leaves no core dump.
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // An output that nobody reads any more is an error that is told, and not this process's silent
  // end.
  std::signal(SIGPIPE, SIG_IGN);
  // gRPC would write lines of its own between ours.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);

  const auto parsed = keyward::cli::ParseCommandLine(argc, argv);
  if (const auto* status = std::get_if<keyward::cli::ExitStatus>(&parsed)) return *status;
  const auto& invocation = std::get<keyward::cli::Invocation>(parsed);
  keyward::cli::Output output(invocation.json, invocation.raw);
  return keyward::cli::Run(invocation, output);
}
