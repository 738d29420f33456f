#include <string>

#include "server/crypto/aead.h"
#include "server/crypto/base64.h"
#include "server/keyring/token.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using keyward::Promise;
  const std::string_view text = keyward::AsText(data, size);
  const auto box = keyward::keyring::ParseToken(text);
  if (!box.ok()) return 0;
  Promise(box->size() >= keyward::crypto::kBoxOverhead, "a box holds a nonce and a tag");
  const std::string_view body = text.starts_with("v2:") ? text.substr(3) : text;
  std::string again;
  keyward::crypto::AppendBase64Url(*box, again);
  const std::string unpadded = again.substr(0, again.find('='));
  Promise(body == again || body == unpadded, "a box has one encoding, padded or not");
  const auto secret = keyward::crypto::DecodeSecretBase64(body);
  Promise(secret && secret->ExposeSecret() == *box, "both decoders agree");
  return 0;
}
