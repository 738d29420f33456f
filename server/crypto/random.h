#ifndef KEYWARD_SERVER_CRYPTO_RANDOM_H_
#define KEYWARD_SERVER_CRYPTO_RANDOM_H_

#include <cstdint>

#include "absl/types/span.h"

namespace keyward::crypto {

// Where keys and nonces come from. Thread-safe. What it writes must be unpredictable: only a test may
// put in something else than SystemRandom().
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(absl::Span<uint8_t> out) = 0;
};

// BoringSSL's generator, seeded by the system.
Random& SystemRandom();

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_RANDOM_H_
