#include "client/cli/batch_line.h"

#include <string>

#include "client/cpp/src/utf8.h"
#include "tests/fuzz/fuzz_target.h"

namespace keyward::cli {
namespace {

void Check(std::string_view text, BatchVerb verb) {
  const BatchLine line = ParseBatchLine(text, verb);
  Promise(client::IsUtf8(line.id), "an id is UTF-8");
  Promise(line.id.find('\n') == std::string::npos, "an id keeps to its line");
  if (!line.id.empty()) {
    const std::string echoed = "{\"id\":" + line.id + ",\"token\":\"\"}";
    Promise(ParseBatchLine(echoed, BatchVerb::kDecrypt).id == line.id, "an id is echoed as JSON");
  }
  if (line.refused) {
    Promise(line.refused->reason == "INVALID_LINE", "a wrong line has its reason");
    Promise(line.refused->message.size() < 100, "a message repeats nothing of the line");
  } else if (line.scope) {
    Promise(client::IsUtf8(line.scope->user_id()), "a user's id is UTF-8");
  }
}

}  // namespace
}  // namespace keyward::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keyward::cli::Check(keyward::AsText(data, size), keyward::cli::BatchVerb::kEncrypt);
  keyward::cli::Check(keyward::AsText(data, size), keyward::cli::BatchVerb::kDecrypt);
  keyward::cli::Check(keyward::AsText(data, size), keyward::cli::BatchVerb::kRewrap);
  return 0;
}
