#ifndef KEYWARD_TESTS_CLIENT_CLI_KEKS_H_
#define KEYWARD_TESTS_CLIENT_CLI_KEKS_H_

#include "server/keyring/kek.h"

namespace keyward::client {

// Base64 of 32 times 'K', and of 32 times 'L'.
inline constexpr char kKek[] = "S0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0tLS0s=";
inline constexpr char kOtherKek[] = "TExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTEw=";

inline keyring::Kek KekOf(const char* text) {
  return keyring::Kek(*keyring::ParseKek(text), keyring::kDefaultPoolKeySalt);
}

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_CLI_KEKS_H_
