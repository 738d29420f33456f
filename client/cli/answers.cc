#include "client/cli/answers.h"

#include "absl/strings/ascii.h"
#include "keyward/tokens.h"

namespace keyward::cli {

void AddToken(const client::EncryptResult& sealed, JsonObject& into) {
  into.Text("token", sealed.token).Number("key_version", sealed.key_version);
  if (!sealed.kek_id.empty()) into.Text("kek_id", sealed.kek_id);
}

void AddRewrapped(const client::RewrapResult& rewrapped, JsonObject& into) {
  into.Text("token", rewrapped.token).Number("key_version", rewrapped.key_version);
  if (!rewrapped.kek_id.empty()) into.Text("kek_id", rewrapped.kek_id);
  into.Boolean("changed", rewrapped.changed);
}

void AddAboutPlaintext(const client::DecryptResult& opened, JsonObject& into) {
  into.Number("key_version", opened.key_version);
  if (!opened.kek_id.empty()) into.Text("kek_id", opened.kek_id);
  into.Boolean("legacy_plaintext", opened.legacy_plaintext).Boolean("stale", opened.stale);
}

JsonObject ErrorObject(const Failure& failure) {
  JsonObject error;
  error.Text("code", failure.code).Text("reason", failure.reason).Text("message", failure.message);
  return error;
}

std::string TrimmedToken(std::string token, bool allow_legacy_plaintext) {
  std::string trimmed(absl::StripAsciiWhitespace(token));
  return allow_legacy_plaintext && !client::IsEncrypted(trimmed) ? token : trimmed;
}

}  // namespace keyward::cli
