#include "server/rpc/status_mapping.h"

#include <gtest/gtest.h>

#include "keyward/v1/status_details.pb.h"
#include "server/errors/errors.h"

namespace keyward::rpc {
namespace {

v1::StatusDetails DetailsOf(const absl::Status& status) {
  v1::StatusDetails details;
  EXPECT_TRUE(details.ParseFromString(ToGrpcStatus(status).error_details()));
  return details;
}

TEST(StatusMappingTest, CarriesCodeMessageAndReason) {
  const absl::Status error = errors::UserKeyNotFound();
  const grpc::Status mapped = ToGrpcStatus(error);
  EXPECT_EQ(mapped.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(mapped.error_message(), std::string(error.message()));
  const v1::StatusDetails details = DetailsOf(error);
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  v1::ErrorInfo info;
  ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
  EXPECT_EQ(info.reason(), "USER_KEY_NOT_FOUND");
  EXPECT_EQ(info.domain(), "keyward");
}

TEST(StatusMappingTest, TellsAfterHowLongToTryAgain) {
  const v1::StatusDetails details = DetailsOf(errors::StoreUnavailable("busy"));
  ASSERT_EQ(details.details_size(), 2);
  EXPECT_EQ(details.details(1).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  v1::RetryInfo retry;
  ASSERT_TRUE(retry.ParseFromString(details.details(1).value()));
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(StatusMappingTest, AnErrorOfNoReasonHasNoDetails) {
  EXPECT_EQ(ToGrpcStatus(absl::NotFoundError("x")).error_details(), "");
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace keyward::rpc
