#include <optional>
#include <string>

#include "server/auth/policy.h"
#include "server/text/text.h"
#include "tests/fuzz/fuzz_target.h"

namespace keyward::auth {
namespace {

void CheckError(std::string_view message) {
  Promise(text::Utf8Prefix(message) == message.size(), "an error is UTF-8");
  Promise(!text::HasControlBytes(message), "an error is one line");
  size_t digits = 0;
  while (digits < message.size() && message[digits] >= '0' && message[digits] <= '9') ++digits;
  Promise(digits > 0 && message.substr(digits, 1) == ":", "an error begins with its line");
}

void CheckDecisions(const Policy& policy, const Principal& principal) {
  const Access access = policy.AccessOf(principal);
  for (const Permission permission : kAllPermissions) {
    for (const char* user : {"", "a", "customer-1", "*"}) {
      Promise(access.Allows(permission, user) ==
                  policy.WhyAllowed(principal, permission, user).has_value(),
              "what is allowed has its grant");
      Promise(!access.AllowsOnEveryUser(permission) || access.Allows(permission, user),
              "who may on every user may on each");
    }
    Promise(access.Allows(permission, std::nullopt) ==
                policy.WhyAllowed(principal, permission, std::nullopt).has_value(),
            "what is allowed on the pool has its grant");
  }
  const auto limit = policy.LimitOf(principal);
  Promise(!limit || limit->calls_per_second > 0 || limit->calls_at_once > 0, "a limit limits");
  Promise(!limit || limit->calls_per_second == 0 || limit->burst >= 1, "a rate lets someone in");
}

}  // namespace
}  // namespace keyward::auth

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using keyward::auth::Principal;
  const auto policy = keyward::auth::Policy::Parse(keyward::AsText(data, size));
  if (!policy.ok()) {
    const std::string message(policy.status().message());
    keyward::auth::CheckError(message);
    return 0;
  }
  keyward::Promise(policy->grant_count() > 0, "a policy grants something");
  for (const Principal& principal : {Principal::Loopback(), Principal::Anonymous(),
                                     Principal::OfUnixSocket("/run/keyward.sock")}) {
    keyward::auth::CheckDecisions(*policy, principal);
  }
  return 0;
}
