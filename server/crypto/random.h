#ifndef KEYWARD_SERVER_CRYPTO_RANDOM_H_
#define KEYWARD_SERVER_CRYPTO_RANDOM_H_

#include <cstddef>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"

namespace keyward::crypto {

// Where keys and nonces come from. Thread-safe. What it writes must be unpredictable: only a test
// may put in something else than SystemRandom().
class Random {
 public:
  virtual ~Random() = default;
  virtual void Fill(absl::Span<uint8_t> out) = 0;
};

// BoringSSL's generator, seeded by the system.
Random& SystemRandom();

// Bytes drawn from another source at once and handed out in pieces: a draw costs about as much for
// a thousand nonces as for one. What is asked for beyond them is drawn anew. Made for one piece of
// work on one thread, and not to be kept: a copy of the process, such as a virtual machine restored
// twice, would hand out the same.
class DrawnAhead : public Random {
 public:
  DrawnAhead(Random& source, size_t bytes);
  void Fill(absl::Span<uint8_t> out) override;

 private:
  Random& source_;
  absl::InlinedVector<uint8_t, 24> drawn_;
  size_t used_ = 0;
};

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_RANDOM_H_
