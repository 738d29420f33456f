// The server's command line and environment: an input is flags, and variables of the form
// KEYWARD_X=VALUE, each ended by a NUL, as in /proc/PID/cmdline.

#include <stdlib.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/config.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"

namespace keyward {
namespace {

// Variables that are set as long as it lives.
class Environment {
 public:
  ~Environment() {
    for (const std::string& name : names_) unsetenv(name.c_str());
  }
  void Set(std::string name, const std::string& value) {
    setenv(name.c_str(), value.c_str(), 1);
    names_.push_back(std::move(name));
  }

 private:
  std::vector<std::string> names_;
};

bool IsVariable(std::string_view text) {
  return text.starts_with("KEYWARD_") && text.find('=') != text.npos;
}

void CheckError(const absl::Status& error) {
  Promise(!error.message().empty(), "an error says what is wrong");
  Promise(std::none_of(error.message().begin(), error.message().end(),
                       [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }),
          "in one line");
}

void CheckListeners(const Config& config) {
  Promise(!config.listen.empty() || !config.insecure_listen.empty(), "it listens somewhere");
  for (const net::ListenAddress& address : config.listen) {
    Promise(address.is_local() || (config.has_tls() && !config.policy.empty()),
            "beyond this machine there is TLS, and a policy");
  }
  for (const net::ListenAddress& address : config.insecure_listen) {
    Promise(!address.is_unix(), "--insecure_listen is of the network");
  }
}

void CheckConfig(const Config& config) {
  CheckListeners(config);
  Promise(config.store_path.empty() != config.store_url.empty(), "there is one store");
  Promise(config.legacy_db.empty() || config.token_format == keyring::TokenFormat::kV2,
          "the Python module can read what is written beside it");
  Promise(config.tls_cert.empty() == config.tls_key.empty() &&
              config.tls_cert.empty() == config.tls_client_ca.empty(),
          "TLS is whole");
  Promise(config.cache_max_keys > 0 && config.max_in_flight > 0, "limits let something in");
  Promise(config.connections.in_all > 0 && config.connections.per_network > 0, "connections too");
  for (const absl::Duration duration :
       {config.cache_ttl, config.drain_delay, config.drain_timeout}) {
    Promise(duration >= absl::ZeroDuration() && duration <= absl::Hours(24 * 365),
            "durations are finite, and not negative");
  }
}

void Check(std::string_view bytes) {
  FuzzInput input(bytes);
  Environment environment;
  std::vector<std::string> flags = {"keyward-server"};
  while (!input.empty()) {
    const std::string text(input.Line());
    if (IsVariable(text)) {
      environment.Set(text.substr(0, text.find('=')), text.substr(text.find('=') + 1));
    } else {
      flags.push_back(text);
    }
  }
  std::vector<const char*> argv;
  for (const std::string& flag : flags) argv.push_back(flag.c_str());
  const auto parsed = ParseCommandLine(static_cast<int>(argv.size()), argv.data());
  if (!parsed.ok()) return CheckError(parsed.status());
  if (!parsed->print) return CheckConfig(parsed->config);
  Promise(parsed->print->ends_with('\n'), "what is printed ends its line");
}

}  // namespace
}  // namespace keyward

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keyward::Check(keyward::AsText(data, size));
  return 0;
}
