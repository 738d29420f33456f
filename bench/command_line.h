#ifndef KEYWARD_BENCH_COMMAND_LINE_H_
#define KEYWARD_BENCH_COMMAND_LINE_H_

#include <string>
#include <variant>

#include "bench/echo_server.h"
#include "bench/fill.h"
#include "bench/load.h"

namespace keyward::bench {

struct ServeCommand {
  bool callback = false;
  EchoOptions options;
};

struct LoadCommand {
  LoadOptions options;
  std::string json;  // file, "-" for standard output, empty for none
};

struct FillCommand {
  FillOptions options;
};

struct CommitEachCommand {
  std::string path;
  double seconds = 3;
};

// The program has nothing to do but to end with this status: help was printed, or an error.
struct Exit {
  int status = 0;
};

using Command = std::variant<Exit, ServeCommand, LoadCommand, FillCommand, CommitEachCommand>;

Command ParseCommandLine(int argc, char** argv);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_COMMAND_LINE_H_
