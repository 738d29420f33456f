#ifndef KEYWARD_CLIENT_CLI_ANSWERS_H_
#define KEYWARD_CLIENT_CLI_ANSWERS_H_

#include <string>

#include "client/cli/json.h"
#include "client/cli/output.h"
#include "keyward/connection.h"

// What a call gave, as members of a JSON object: the same for one value and in a batch.
namespace keyward::cli {

void AddToken(const client::EncryptResult& sealed, JsonObject& into);

void AddRewrapped(const client::RewrapResult& rewrapped, JsonObject& into);

// Everything but the plaintext itself.
void AddAboutPlaintext(const client::DecryptResult& opened, JsonObject& into);

// Without its hint.
JsonObject ErrorObject(const Failure& failure);

// A token without the white space around it. A value that may come back as plaintext is left as it
// is.
std::string TrimmedToken(std::string token, bool allow_legacy_plaintext);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_ANSWERS_H_
