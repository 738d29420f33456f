#ifndef KEYWARD_CLIENT_CLI_OUTPUT_H_
#define KEYWARD_CLIENT_CLI_OUTPUT_H_

#include <string>
#include <string_view>

#include "client/cli/invocation.h"
#include "client/cli/json.h"

namespace keyward::cli {

// One thing that went wrong.
struct Failure {
  // The canonical code, such as "NOT_FOUND".
  std::string code;
  // Keyward's reason; the code again where there is none.
  std::string reason;
  std::string message;
  // What the user may do about it; may be empty.
  std::string hint;
  // What the server's logs know the call by; may be empty.
  std::string request_id = {};
};

// Results go to stdout, everything else to stderr, all as text or all as JSON.
class Output {
 public:
  // `raw`: no newline after a result.
  Output(bool json, bool raw) : json_(json), raw_(raw) {}

  bool json() const { return json_; }
  bool raw() const { return raw_; }

  // Writes `bare`, or `object` where JSON is asked for. Returns `status`, or kExitUsage where
  // stdout takes no more.
  ExitStatus Result(std::string_view bare, const JsonObject& object, ExitStatus status = kExitOk);
  void Warn(std::string_view message) const;
  // Returns `status`.
  ExitStatus Fail(const Failure& failure, ExitStatus status) const;

 private:
  const bool json_;
  const bool raw_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_OUTPUT_H_
