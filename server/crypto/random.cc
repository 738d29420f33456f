#include "server/crypto/random.h"

#include <openssl/rand.h>

#include <cstring>

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

DrawnAhead::DrawnAhead(Random& source, size_t bytes) : source_(source), drawn_(bytes) {
  source_.Fill(absl::MakeSpan(drawn_));
}

void DrawnAhead::Fill(absl::Span<uint8_t> out) {
  if (out.size() > drawn_.size() - used_) return source_.Fill(out);
  std::memcpy(out.data(), drawn_.data() + used_, out.size());
  used_ += out.size();
}

}  // namespace keyward::crypto
