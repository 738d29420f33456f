#include "server/rpc/reflection_answers.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "keyward/v1/key_service.pb.h"

namespace keyward::rpc {
namespace {

using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::set<std::string> FileNames(const ServerReflectionResponse& response) {
  std::set<std::string> names;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    names.insert(file.name());
  }
  return names;
}

TEST(ReflectionAnswersTest, ListsTheServicesThatItIsTold) {
  ServerReflectionRequest request;
  request.set_list_services("");
  const auto response = AnswerReflection(request, {"one", "two"});
  ASSERT_EQ(response.list_services_response().service_size(), 2);
  EXPECT_EQ(response.list_services_response().service(1).name(), "two");
}

TEST(ReflectionAnswersTest, SendsAFileWithAllThatItImports) {
  (void)v1::EncryptRequest::descriptor();
  ServerReflectionRequest request;
  request.set_file_containing_symbol("keyward.v1.KeyService");
  EXPECT_THAT(
      FileNames(AnswerReflection(request, {})),
      UnorderedElementsAre("google/protobuf/any.proto", "google/protobuf/duration.proto",
                           "google/protobuf/timestamp.proto", "keyward/v1/key_service.proto",
                           "keyward/v1/status_details.proto"));
}

TEST(ReflectionAnswersTest, AnswersWhatItDoesNotKnowWithAnError) {
  ServerReflectionRequest request;
  request.set_file_by_filename("no/such.proto");
  EXPECT_EQ(AnswerReflection(request, {}).error_response().error_code(),
            grpc::StatusCode::NOT_FOUND);
  request.mutable_file_containing_extension()->set_containing_type("no.Such");
  EXPECT_EQ(AnswerReflection(request, {}).error_response().error_code(),
            grpc::StatusCode::NOT_FOUND);
  request.set_all_extension_numbers_of_type("no.Such");
  EXPECT_EQ(AnswerReflection(request, {}).error_response().error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST(ReflectionAnswersTest, RefusesARequestThatAsksForNothing) {
  const auto response = AnswerReflection(ServerReflectionRequest(), {});
  EXPECT_EQ(response.error_response().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace keyward::rpc
