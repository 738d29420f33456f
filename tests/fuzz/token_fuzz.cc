#include <string>

#include "server/crypto/aead.h"
#include "server/crypto/base64.h"
#include "server/crypto/xaes.h"
#include "server/keyring/token.h"
#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using keyward::Promise;
  const std::string_view text = keyward::AsText(data, size);
  const auto token = keyward::keyring::ParseToken(text);
  if (!token.ok()) return 0;
  const bool v3 = token->format == keyward::keyring::TokenFormat::kV3;
  Promise(v3 == text.starts_with("v3:"), "a prefix names the format, and v3 has one");
  Promise(token->box().size() >=
              (v3 ? keyward::crypto::kXaesBoxOverhead : keyward::crypto::kBoxOverhead),
          "a box holds a nonce and a tag");
  Promise(v3 || token->version == 0, "a version is v3's alone");
  const std::string_view body = v3 || text.starts_with("v2:") ? text.substr(3) : text;
  const std::string again = keyward::keyring::WriteToken(token->format, token->bytes).substr(3);
  const std::string unpadded = again.substr(0, again.find('='));
  Promise(body == again || body == unpadded, "a token has one encoding, padded or not");
  const auto secret = keyward::crypto::DecodeSecretBase64(body);
  Promise(secret && secret->ExposeSecret() == token->bytes, "both decoders agree");
  return 0;
}
