#include <string>
#include <string_view>

#include "server/keyring/key_list_filter.h"
#include "server/keyring/page_token.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"

// A filter, and behind a NUL a page token.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using keyward::Promise;
  namespace keyring = keyward::keyring;
  keyward::FuzzInput input(keyward::AsText(data, size));
  const std::string_view text = input.Line();
  const std::string_view token = input.Rest();

  const auto filter = keyring::ParseKeyListFilter(text);
  if (filter.ok()) {
    keyward::store::UserKeys user{.user_id = filter->user_id.value_or("alice")};
    user.state = filter->state.value_or(keyward::store::UserState::kActive);
    if (filter->kek_id) {
      Promise(filter->kek_id->size() == 8, "an id of a master key has 8 bytes");
      user.versions.push_back({.version = 1, .kek_id = *filter->kek_id});
    }
    Promise(filter->Matches(user), "a user who is as the conditions say matches");
  } else {
    Promise(filter.status().message().find("at byte ") != std::string::npos, "an error says where");
  }

  const auto last = keyring::ParsePageToken(text, token);
  if (last.ok()) {
    const std::string again = keyring::MakePageToken(text, *last);
    Promise(again.starts_with(token), "what is read is what was written, padding apart");
  }
  const std::string made = keyring::MakePageToken(text, token);
  Promise(token.empty() || *keyring::ParsePageToken(text, made) == token, "a token is read back");
  Promise(!keyring::ParsePageToken(std::string(text) + "x", made).ok(),
          "a token of another filter is refused");
  return 0;
}
