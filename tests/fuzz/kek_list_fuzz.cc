#include <algorithm>
#include <string>

#include "server/keyring/kek.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using keyward::Promise;
  const std::string_view text = keyward::AsText(data, size);
  const auto keys = keyward::keyring::ParseKekList(text);
  if (keys.ok()) {
    for (const auto& key : *keys) Promise(key.size() == 32, "a KEK has 32 bytes");
    Promise(keys->size() * 43 <= size, "each of them was written out");
  } else {
    Promise(keys.status().message().size() < 100, "the message does not quote the input");
  }
  const auto key = keyward::keyring::ParseKek(text);
  if (key.ok()) {
    Promise(key->size() == 32, "a KEK has 32 bytes");
    Promise(std::find(text.begin(), text.end(), ',') == text.end(), "a KEK holds no comma");
  }
  return 0;
}
