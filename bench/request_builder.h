#ifndef KEYWARD_BENCH_REQUEST_BUILDER_H_
#define KEYWARD_BENCH_REQUEST_BUILDER_H_

#include <cstdint>
#include <string>

#include "bench/plaintext.h"
#include "bench/random_sequence.h"
#include "bench/tokens.h"
#include "bench/user_ids.h"
#include "bench/workload.h"
#include "keyward/v1/key_service.pb.h"

namespace keyward::bench {

// Chooses users and fills in requests, which are used again and again so that nothing is allocated.
class RequestBuilder {
 public:
  RequestBuilder(const WorkloadOptions& options, const LaneOfRun& lane, const Tokens* tokens)
      : users_(options.users),
        tokens_(tokens),
        plaintext_(Plaintext(options.plaintext_bytes)),
        random_(lane.seed + lane.index),
        next_new_user_(RandomSequence(lane.seed).Next() + lane.index),
        lanes_(lane.count) {}

  RandomSequence& random() { return random_; }
  uint64_t AnyUser() { return random_.Below(users_); }

  void Encrypt(uint64_t user, v1::EncryptRequest& request) const {
    request.set_user_id(UserId(user));
    // Set once: the message keeps it.
    if (request.plaintext().empty()) request.set_plaintext(plaintext_);
  }
  void EncryptForNewUser(v1::EncryptRequest& request) {
    Encrypt(0, request);
    request.set_user_id(NewUserId(next_new_user_));
    next_new_user_ += lanes_;
  }
  void Decrypt(uint64_t user, v1::DecryptRequest& request) const {
    const std::string_view token = tokens_->Get(user);
    request.set_user_id(UserId(user));
    request.set_token(token.data(), token.size());
  }

 private:
  const uint64_t users_;
  const Tokens* const tokens_;
  const std::string plaintext_;
  RandomSequence random_;
  uint64_t next_new_user_;
  const uint64_t lanes_;
};

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_REQUEST_BUILDER_H_
