#ifndef KEYWARD_BENCH_FILL_H_
#define KEYWARD_BENCH_FILL_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/keyring/kek.h"

namespace keyward::bench {

struct FillOptions {
  std::string path;  // of the database; users who are there stay as they are
  uint64_t users = 0;
  std::string tokens_path;  // one token per user is written there; empty: none
  size_t plaintext_bytes = 128;
};

// Makes a database with the users that `load` asks for, each with a key of version 1 wrapped under
// `kek`. In the order of their ids, so that the file is written from one end to the other.
absl::Status Fill(const FillOptions& options, const keyring::Kek& kek);

struct CommitEach {
  uint64_t keys = 0;
  double seconds = 0;
};

// Stores one new key after the other, each waited for: what a commit for each key costs on this
// disk.
absl::StatusOr<CommitEach> StoreOneByOne(const std::string& path, double seconds,
                                         const keyring::Kek& kek);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_FILL_H_
