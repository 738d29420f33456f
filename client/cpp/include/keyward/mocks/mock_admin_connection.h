#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_MOCKS_MOCK_ADMIN_CONNECTION_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_MOCKS_MOCK_ADMIN_CONNECTION_H_

#include <gmock/gmock.h>

#include <cstdint>
#include <string_view>

#include "keyward/admin_connection.h"

namespace keyward::client {

// For the tests of programs that take an AdminClient; see keyward/mocks/mock_connection.h.
class MockAdminConnection : public AdminConnection {
 public:
  MOCK_METHOD(absl::StatusOr<UserKeyMetadata>, GetUserKey, (std::string_view), (override));
  MOCK_METHOD(absl::StatusOr<UserKeyPage>, ListUserKeys, (const ListOptions&), (override));
  MOCK_METHOD(absl::StatusOr<UserKeyMetadata>, RotateUserKey,
              (std::string_view, const RotateOptions&), (override));
  MOCK_METHOD(absl::StatusOr<UserKeyMetadata>, DisableUserKey,
              (std::string_view, const VersionOptions&), (override));
  MOCK_METHOD(absl::StatusOr<UserKeyMetadata>, EnableUserKey,
              (std::string_view, const VersionOptions&), (override));
  MOCK_METHOD(absl::StatusOr<UserKeyMetadata>, SetMinimumVersion,
              (std::string_view, std::uint32_t, std::string_view), (override));
  MOCK_METHOD(absl::StatusOr<UserKeyMetadata>, DeleteUserKey, (std::string_view, std::string_view),
              (override));
  MOCK_METHOD(absl::StatusOr<UserKeyMetadata>, UndeleteUserKey,
              (std::string_view, std::string_view), (override));
  MOCK_METHOD(absl::StatusOr<UserKeyMetadata>, DestroyUserKey, (std::string_view, std::string_view),
              (override));
  MOCK_METHOD(absl::StatusOr<KekStatusResult>, GetKekStatus, (), (override));
  MOCK_METHOD(absl::StatusOr<RewrapProgress>, RewrapUserKeys, (std::uint32_t), (override));
  MOCK_METHOD(absl::StatusOr<KekMetadata>, RetireKek, (std::string_view, bool), (override));
  MOCK_METHOD(absl::StatusOr<VerifyResult>, VerifyStore, (), (override));
  MOCK_METHOD(absl::StatusOr<BackupResult>, Backup, (std::string_view), (override));
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_MOCKS_MOCK_ADMIN_CONNECTION_H_
