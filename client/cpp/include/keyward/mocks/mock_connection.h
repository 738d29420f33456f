#ifndef KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_MOCKS_MOCK_CONNECTION_H_
#define KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_MOCKS_MOCK_CONNECTION_H_

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "keyward/connection.h"

namespace keyward::client {

// For the tests of programs that take a Client; link keyward::client_mocks and GoogleMock.
//
//   auto connection = std::make_shared<keyward::client::MockConnection>();
//   EXPECT_CALL(*connection, GetStatus).WillOnce(Return(absl::UnavailableError("down")));
//   Backend backend(keyward::client::Client{connection});
class MockConnection : public Connection {
 public:
  MOCK_METHOD(absl::StatusOr<EncryptResult>, Encrypt,
              (const Scope&, std::string_view, std::string_view, TokenFormat), (override));
  MOCK_METHOD(absl::StatusOr<DecryptResult>, Decrypt,
              (const Scope&, std::string_view, const DecryptOptions&), (override));
  MOCK_METHOD(absl::StatusOr<RewrapResult>, Rewrap,
              (const Scope&, std::string_view, std::string_view), (override));
  MOCK_METHOD(absl::StatusOr<EncryptResults>, BatchEncrypt, (absl::Span<const EncryptItem>),
              (override));
  MOCK_METHOD(absl::StatusOr<DecryptResults>, BatchDecrypt, (absl::Span<const DecryptItem>),
              (override));
  MOCK_METHOD(absl::StatusOr<RewrapResults>, BatchRewrap, (absl::Span<const RewrapItem>),
              (override));
  MOCK_METHOD(absl::StatusOr<UserKeyResult>, GetOrCreateUserKey, (std::string_view, std::uint32_t),
              (override));
  MOCK_METHOD(absl::StatusOr<PoolKeyResult>, PoolKey, (), (override));
  MOCK_METHOD(absl::StatusOr<std::string>, HashApiKey, (std::string_view), (override));
  MOCK_METHOD(absl::StatusOr<StatusResult>, GetStatus, (), (override));
};

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_INCLUDE_KEYWARD_MOCKS_MOCK_CONNECTION_H_
