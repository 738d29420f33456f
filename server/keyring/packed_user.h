#ifndef KEYWARD_SERVER_KEYRING_PACKED_USER_H_
#define KEYWARD_SERVER_KEYRING_PACKED_USER_H_

#include <memory>
#include <string_view>

#include "server/keyring/loaded_user.h"

namespace keyward::keyring {

// A user's id and keys in one block of memory, for where there are millions: 86 bytes and the id for a user
// with one version. The keys in it are shielded.
class PackedUser {
 public:
  // `user` must be complete: why a version has no key is not kept.
  PackedUser(std::string_view user_id, const LoadedUser& user);

  std::string_view user_id() const;
  LoadedUser Unpack() const;

 private:
  std::unique_ptr<char[]> bytes_;
};

}  // namespace keyward::keyring

#endif  // KEYWARD_SERVER_KEYRING_PACKED_USER_H_
