#include "server/crypto/certificate.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

using keyward::Promise;

void CheckMessage(const absl::Status& status) {
  if (status.ok()) return;
  Promise(!status.message().empty(), "an error says what is wrong");
  Promise(status.message().find('\n') == status.message().npos, "in one line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = keyward::AsText(data, size);
  const auto certificates = keyward::crypto::Certificate::ParsePem(text);
  CheckMessage(certificates.status());
  if (!certificates.ok()) return 0;
  Promise(!certificates->empty(), "there is one at least");
  for (const auto& each : *certificates) {
    each.Subject();
    each.Serial();
    each.Names();
    each.IsAuthority();
    each.IsForServers();
    each.IsIssuedBy(certificates->front());
    CheckMessage(each.CheckStrength());
    CheckMessage(each.CheckPrivateKey(text));
  }
  return 0;
}
