#ifndef KEYWARD_CLIENT_CLI_BATCH_LINE_H_
#define KEYWARD_CLIENT_CLI_BATCH_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "client/cli/output.h"
#include "keyward/scope.h"
#include "keyward/token_format.h"

namespace keyward::cli {

enum class BatchVerb { kEncrypt, kDecrypt, kRewrap };

// What one line of a batch asks for; what it does not say is left to the command line.
struct BatchLine {
  // Of the input, from 1.
  std::uint64_t number = 0;
  // A string or a number as JSON; empty where the line has none.
  std::string id = {};
  std::optional<client::Scope> scope = std::nullopt;
  // The plaintext, or the token.
  std::string value = {};
  std::optional<std::string> associated_data = std::nullopt;
  std::optional<bool> allow_legacy_plaintext = std::nullopt;
  std::optional<client::TokenFormat> token_format = std::nullopt;
  // Why it cannot be sent.
  std::optional<Failure> refused = std::nullopt;
};

// INVALID_ARGUMENT, INVALID_LINE.
Failure InvalidLine(std::string_view message);

// Reads a JSON object such as {"user_id":"alice","plaintext":"sk-1","id":7}. A field that is
// unknown, twice there or of another type refuses the line, so that no mistake in a name goes
// unseen; what other verbs' answers hold beside the value is let through. No message repeats
// anything of the line. Pure; `number` is left to the caller.
BatchLine ParseBatchLine(std::string_view text, BatchVerb verb);

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_BATCH_LINE_H_
