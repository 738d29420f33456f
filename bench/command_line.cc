#include "bench/command_line.h"

#include <CLI/CLI.hpp>
#include <map>
#include <utility>
#include <vector>

namespace keyward::bench {
namespace {

constexpr char kTargetHelp[] =
    "NAME=ADDRESS[,pid=PID][,method=/package.Service/Method][,tokens=FILE], repeatable. With a "
    "method it "
    "is an echo server: it gets messages of the same size. With a pid, memory and CPU time are "
    "told. The "
    "first target is what the others are compared with";
constexpr char kModeHelp[] =
    "encrypt, decrypt, create (a new user each call), cold (decrypt, for a server with a tiny "
    "cache), mixed "
    "(60% decrypt, 35% encrypt, 5% create), batch, batch_decrypt, idle";

const std::map<std::string, Mode> kModes = {{"encrypt", Mode::kEncrypt},
                                            {"decrypt", Mode::kDecrypt},
                                            {"create", Mode::kCreate},
                                            {"cold", Mode::kCold},
                                            {"mixed", Mode::kMixed},
                                            {"batch", Mode::kBatch},
                                            {"batch_decrypt", Mode::kBatchDecrypt},
                                            {"idle", Mode::kIdle}};

void AddTls(CLI::App& app, TlsFiles& tls, const char* ca_name) {
  CLI::Option* cert = app.add_option("--tls_cert", tls.cert, "PEM file of the own certificate");
  CLI::Option* key = app.add_option("--tls_key", tls.key, "PEM file of its key");
  CLI::Option* ca = app.add_option(ca_name, tls.ca, "PEM file of the other side's issuer");
  cert->needs(key)->needs(ca);
  key->needs(cert);
  ca->needs(cert);
}

// Takes the "sqlite:" off.
void AddStore(CLI::App& app, std::string& path) {
  app.add_option_function<std::string>(
         "--store",
         [&path](const std::string& store) {
           const std::string prefix = "sqlite:";
           if (store.rfind(prefix, 0) != 0 || store.size() == prefix.size()) {
             throw CLI::ValidationError("--store", "is sqlite:PATH");
           }
           path = store.substr(prefix.size());
         },
         "sqlite:PATH; its keys are wrapped under API_KEY_MASTER_KEY")
      ->required();
}

void AddServe(CLI::App& app, ServeCommand& serve) {
  app.add_option_function<std::string>(
         "--kind", [&serve](const std::string& kind) { serve.callback = kind == "callback"; },
         "async (built as keyward-server is: the ceiling) or callback")
      ->check(CLI::IsMember({"async", "callback"}));
  app.add_option("--listen", serve.options.address,
                 "HOST:PORT (port 0: any free one) or unix:/path")
      ->required();
  app.add_option("--response_bytes", serve.options.response_bytes,
                 "size of the answer: 216 as Encrypt of 128 bytes, 133 as Decrypt");
  app.add_option("--ready_calls", serve.options.ready_calls, "slots of each queue (async)")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  AddTls(app, serve.options.tls, "--tls_client_ca");
}

void AddWorkload(CLI::App& app, LoadOptions& options) {
  WorkloadOptions& workload = options.workload;
  app.add_option_function<std::string>(
         "--mode",
         [&options](const std::string& mode) {
           options.mode = mode;
           options.workload.mode = kModes.at(mode);
         },
         kModeHelp)
      ->check(CLI::IsMember(kModes));
  app.add_option("--users", workload.users, "how many known users there are")
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 31))
      ->capture_default_str();
  app.add_option("--plaintext_bytes", workload.plaintext_bytes)
      ->check(CLI::Range(size_t{1}, size_t{1} << 20))
      ->capture_default_str();
  app.add_option("--batch_size", workload.batch_size, "values of a batch")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_flag("--raw_batches", workload.raw_batches,
               "serialise batches before the run, and do not parse the answers");
  app.add_flag(
      "--sweep,!--no_sweep", options.sweep,
      "first encrypt once for each known user, so that keys are there and cached (default: on; "
      "off is for cold mode with tokens)");
  app.add_option("--idle_count", options.idle_count, "calls to each target in idle mode")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--idle_interval", options.idle_interval_seconds, "seconds between them")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void AddDrive(CLI::App& app, LoadOptions& options) {
  Drive& drive = options.drive;
  app.add_option("--in_flight", drive.in_flight,
                 "calls under way at a time, of all threads together; with a rate, at most so many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option(
         "--rate", drive.rate,
         "calls per second whatever the server does (open loop); latency counts from when a call "
         "was due; 0: closed loop")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option_function<std::string>(
         "--spacing",
         [&drive](const std::string& spacing) {
           drive.spacing = spacing == "constant" ? Spacing::kConstant : Spacing::kPoisson;
         },
         "poisson or constant")
      ->check(CLI::IsMember({"poisson", "constant"}));
  app.add_flag("--allow_refusals", drive.refusals_allowed,
               "count RESOURCE_EXHAUSTED; else it ends the run as every error does");
  app.add_option("--threads", options.threads, "each with a completion queue")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--channels", options.channels, "connections of each thread")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--warmup_seconds", options.warmup_seconds)
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "each measures every target once")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--round_seconds", options.round_seconds)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
}

void AddLoad(CLI::App& app, LoadCommand& load) {
  app.add_option_function<std::vector<std::string>>(
         "--target",
         [&load](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) {
             auto target = ParseTarget(text);
             if (!target.ok()) {
               throw CLI::ValidationError("--target", std::string(target.status().message()));
             }
             load.options.targets.push_back(*std::move(target));
           }
         },
         kTargetHelp)
      ->required();
  AddWorkload(app, load.options);
  AddDrive(app, load.options);
  AddTls(app, load.options.tls, "--tls_ca");
  app.add_option("--json", load.json, "write the report to this file; - for standard output");
}

void AddFill(CLI::App& app, FillCommand& fill) {
  AddStore(app, fill.options.path);
  app.add_option("--users", fill.options.users, "the users that `load --users` asks for")
      ->required()
      ->check(CLI::Range(uint64_t{1}, uint64_t{1} << 31));
  app.add_option(
      "--tokens", fill.options.tokens_path,
      "write a token of each user to this file (212 bytes a user), for `load --target …,tokens=`");
  app.add_option("--plaintext_bytes", fill.options.plaintext_bytes, "what the tokens hold")
      ->check(CLI::Range(size_t{1}, size_t{1} << 20))
      ->capture_default_str();
}

}  // namespace

Command ParseCommandLine(int argc, char** argv) {
  CLI::App app("Measures Keyward beside other servers. Errors end it with status 1.");
  app.require_subcommand(1);
  ServeCommand serve;
  LoadCommand load;
  FillCommand fill;
  CommitEachCommand commit_each;
  CLI::App* serve_app = app.add_subcommand(
      "serve", "An empty gRPC server; prints {\"address\": …} once it serves, ends at SIGTERM");
  AddServe(*serve_app, serve);
  CLI::App* load_app =
      app.add_subcommand("load", "Calls targets in turn, round after round, and compares them");
  AddLoad(*load_app, load);
  CLI::App* fill_app = app.add_subcommand("fill", "Makes a database with many users");
  AddFill(*fill_app, fill);
  CLI::App* commit_app = app.add_subcommand(
      "commit-each", "Stores keys one commit at a time; prints {\"keys_per_second\": …}");
  AddStore(*commit_app, commit_each.path);
  commit_app->add_option("--seconds", commit_each.seconds)
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return Exit{app.exit(error)};
  }
  if (*serve_app) return serve;
  if (*load_app) return load;
  if (*fill_app) return fill;
  return commit_each;
}

}  // namespace keyward::bench
