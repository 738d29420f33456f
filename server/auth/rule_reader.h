#ifndef KEYWARD_SERVER_AUTH_RULE_READER_H_
#define KEYWARD_SERVER_AUTH_RULE_READER_H_

#include <google/protobuf/text_format.h>

#include "absl/status/statusor.h"
#include "keyward/policy/v1/policy.pb.h"
#include "server/auth/policy_text.h"

namespace keyward::auth {

// Checks what the message says and makes rules of it; `places` says where in the text each of its
// fields stood.
absl::StatusOr<PolicyRules> ReadRules(const policy::v1::Policy& message,
                                      const google::protobuf::TextFormat::ParseInfoTree& places);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_RULE_READER_H_
