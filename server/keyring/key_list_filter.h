#ifndef KEYWARD_SERVER_KEYRING_KEY_LIST_FILTER_H_
#define KEYWARD_SERVER_KEYRING_KEY_LIST_FILTER_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/store/key_store.h"

namespace keyward::keyring {

// Which users are listed: those who meet each condition that is given.
struct KeyListFilter {
  std::optional<store::UserState> state;
  std::optional<std::string> kek_id;  // 8 bytes; of any version that is not destroyed
  std::optional<std::string> user_id;
  bool user_id_is_prefix = false;

  bool Matches(const store::UserKeys& user) const;
};

// Reads conditions joined by AND, each FIELD = VALUE, such as
//
//   state = DISABLED AND user_id = "acme/*"
//
// A value is a word or stands in double quotes, within which \" and \\ are a quote and a backslash.
// state: ACTIVE, DISABLED, DELETED or DESTROYED; kek_id: 16 hex digits; user_id: an id, or what it
// begins with and *
// (\* is a star in the id). Each field once; an empty text lists all. errors::InvalidRequest says
// what is wrong and at which byte, from 1.
absl::StatusOr<KeyListFilter> ParseKeyListFilter(std::string_view text);

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_KEY_LIST_FILTER_H_
