#include "server/errors/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace keyward::errors {
namespace {

using ::absl::StatusCode;

struct Contract {
  absl::Status status;
  StatusCode code;
  std::string reason;
  bool retryable = false;
};

// The table of errors that callers rely on: it grows, but no line of it changes.
std::vector<Contract> AllErrors() {
  return {
      {InvalidRequest("user_id is empty"), StatusCode::kInvalidArgument, "INVALID_REQUEST"},
      {TokenMalformed(), StatusCode::kInvalidArgument, "TOKEN_MALFORMED"},
      {DecryptionFailed(), StatusCode::kInvalidArgument, "DECRYPTION_FAILED"},
      {UserKeyNotFound(), StatusCode::kNotFound, "USER_KEY_NOT_FOUND"},
      {UserKeyDisabled(), StatusCode::kFailedPrecondition, "USER_KEY_DISABLED"},
      {UserKeyDeleted(), StatusCode::kFailedPrecondition, "USER_KEY_DELETED"},
      {UserKeyDestroyed(), StatusCode::kFailedPrecondition, "USER_KEY_DESTROYED"},
      {VersionTooOld(), StatusCode::kFailedPrecondition, "VERSION_TOO_OLD"},
      {EncryptionDisabled(), StatusCode::kFailedPrecondition, "ENCRYPTION_DISABLED"},
      {LegacyShared("a v3 token"), StatusCode::kFailedPrecondition, "LEGACY_SHARED"},
      {KekNotLoaded("0123456789abcdef"), StatusCode::kFailedPrecondition, "KEK_NOT_LOADED"},
      {KekInUse("keys are wrapped under it"), StatusCode::kFailedPrecondition, "KEK_IN_USE"},
      {EtagMismatch(), StatusCode::kAborted, "ETAG_MISMATCH"},
      {StoredKeyCorrupt(), StatusCode::kDataLoss, "STORED_KEY_CORRUPT"},
      {StoreUnavailable("disk full"), StatusCode::kUnavailable, "STORE_UNAVAILABLE", true},
      {Draining(), StatusCode::kUnavailable, "DRAINING", true},
      {AuditUnavailable(), StatusCode::kUnavailable, "AUDIT_UNAVAILABLE", true},
      {Overloaded(), StatusCode::kResourceExhausted, "OVERLOADED", true},
      {RateLimited("too many calls", absl::Milliseconds(30)), StatusCode::kResourceExhausted,
       "RATE_LIMITED", true},
      {Unauthenticated("no name"), StatusCode::kUnauthenticated, "UNAUTHENTICATED"},
      {PermissionDenied("not granted"), StatusCode::kPermissionDenied, "PERMISSION_DENIED"},
  };
}

TEST(ErrorsTest, EachHasItsCodeAndItsReason) {
  std::set<std::string> reasons;
  for (const Contract& each : AllErrors()) {
    EXPECT_EQ(each.status.code(), each.code) << each.reason;
    EXPECT_EQ(Reason(each.status), each.reason);
    EXPECT_FALSE(each.status.message().empty()) << each.reason;
    EXPECT_TRUE(reasons.insert(each.reason).second) << each.reason;
  }
}

TEST(ErrorsTest, OnlyWhatMayPassHasARetryDelay) {
  for (const Contract& each : AllErrors()) {
    const auto delay = RetryDelay(each.status);
    EXPECT_EQ(delay.has_value(), each.retryable) << each.reason;
    if (delay) {
      EXPECT_GT(*delay, absl::ZeroDuration()) << each.reason;
    }
  }
}

TEST(ErrorsTest, ALimitedCallerIsToldHowLongItsOwnLimitTakes) {
  EXPECT_EQ(RetryDelay(RateLimited("too many calls", absl::Milliseconds(30))),
            absl::Milliseconds(30));
  EXPECT_EQ(RetryDelay(RateLimited("too many calls", absl::Seconds(7))), absl::Seconds(7));
}

TEST(ErrorsTest, MessagesSayWhatTheCallerOrOperatorNeeds) {
  EXPECT_EQ(InvalidRequest("user_id is empty").message(), "user_id is empty");
  EXPECT_THAT(std::string(KekNotLoaded("0123456789abcdef").message()),
              ::testing::HasSubstr("0123456789abcdef"));
  EXPECT_THAT(std::string(LegacyShared("a v3 token").message()),
              ::testing::StartsWith("a v3 token "));
  EXPECT_THAT(std::string(StoreUnavailable("disk full").message()),
              ::testing::HasSubstr("disk full"));
}

TEST(ErrorsTest, AStatusFromElsewhereHasNeitherReasonNorDelay) {
  for (const absl::Status& status :
       {absl::OkStatus(), absl::UnavailableError("STORE_UNAVAILABLE")}) {
    EXPECT_EQ(Reason(status), "");
    EXPECT_EQ(RetryDelay(status), std::nullopt);
  }
}

}  // namespace
}  // namespace keyward::errors
