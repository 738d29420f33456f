#ifndef KEYWARD_CLIENT_CLI_MIGRATE_TALLY_H_
#define KEYWARD_CLIENT_CLI_MIGRATE_TALLY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace keyward::cli {

// How often something was met, and where first.
struct Sightings {
  std::uint64_t count = 0;
  // Names of Redis keys, a few and each once; never a value, nor a pool hash's field.
  std::vector<std::string> keys = {};

  void Add(const std::string& key, std::uint64_t times = 1);
  void Add(const Sightings& others);
};

// What became of the values that a rule is for.
struct MigrationTally {
  std::uint64_t keys = 0;
  // All values that stand where the rule says; each is one of the following.
  std::uint64_t values = 0;
  // Encrypted, decrypted or opened, or would be.
  std::uint64_t done = 0;
  // Are already what the run would make of them; for a verification: still plaintext.
  std::uint64_t left = 0;
  std::uint64_t empty = 0;
  // Someone else wrote them meanwhile.
  std::uint64_t changed = 0;
  std::uint64_t failed = 0;
  // Of the failed ones and of whole keys that could not be looked at, by reason.
  std::map<std::string, Sightings, std::less<>> failures = {};

  void Fail(std::string_view reason, const std::string& key, std::uint64_t times = 1);
  MigrationTally& operator+=(const MigrationTally& other);
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_MIGRATE_TALLY_H_
