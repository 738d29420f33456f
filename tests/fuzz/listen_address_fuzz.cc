#include "server/net/listen_address.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using keyward::Promise;
  const auto address = keyward::net::ParseListenAddress(keyward::AsText(data, size));
  if (!address.ok()) {
    Promise(!address.status().message().empty(), "an error says what is wrong");
    return 0;
  }
  Promise(address->is_unix() || (address->port >= 0 && address->port <= 65535), "a port is a port");
  Promise(address->is_unix() != !address->host.empty(), "an address is of one kind");
  const auto again = keyward::net::ParseListenAddress(address->Text());
  Promise(again.ok() && again->Text() == address->Text(), "what is written is read back");
  Promise(again->is_local() == address->is_local(), "and means the same");
  return 0;
}
