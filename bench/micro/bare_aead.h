#ifndef KEYWARD_BENCH_MICRO_BARE_AEAD_H_
#define KEYWARD_BENCH_MICRO_BARE_AEAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace keyward::bench {

// BoringSSL's AES-256-GCM with nothing around it: the measure for ours.
class BareAead {
 public:
  static constexpr size_t kNonceBytes = 12;
  static constexpr size_t kTagBytes = 16;

  // Sets up the key schedule. `key` has 32 bytes.
  explicit BareAead(std::string_view key);
  ~BareAead();

  // Draws a nonce, and writes it, the ciphertext and the tag to `out`.
  void Seal(std::string_view plaintext, uint8_t* out) const;
  // Opens what Seal wrote.
  bool Open(std::string_view box, uint8_t* out) const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// As BareAead(key).Seal, the key schedule set up on the stack.
void BareSealWithKeySetUp(std::string_view key, std::string_view plaintext, uint8_t* out);

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_MICRO_BARE_AEAD_H_
