#include "server/crypto/random.h"

#include <openssl/rand.h>

namespace keyward::crypto {
namespace {

class BoringSslRandom : public Random {
 public:
  // RAND_bytes ends the program rather than fail.
  void Fill(absl::Span<uint8_t> out) override { RAND_bytes(out.data(), out.size()); }
};

}  // namespace

Random& SystemRandom() {
  static BoringSslRandom random;
  return random;
}

}  // namespace keyward::crypto
