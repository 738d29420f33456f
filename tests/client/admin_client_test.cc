#include "keyward/admin_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>

#include "keyward/mocks/mock_admin_connection.h"
#include "tests/client/fake_server.h"

namespace keyward::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Return;
using ::testing::SizeIs;

class AdminClientTest : public ::testing::Test {
 protected:
  AdminClientTest() { server_.admin().AddUser("alice"); }

  FakeServer server_;
  const AdminClient admin_ = *AdminClient::New({.address = server_.address()});
};

TEST_F(AdminClientTest, GetUserKeyTellsAllButTheKey) {
  const auto key = admin_.GetUserKey("alice");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(key->user_id, "alice");
  EXPECT_EQ(key->state, UserKeyState::kActive);
  EXPECT_EQ(key->primary_version, 1u);
  EXPECT_EQ(key->min_version, 0u);
  EXPECT_EQ(key->etag, "1");
  EXPECT_EQ(key->purge_time, std::nullopt);
  EXPECT_EQ(key->rotation_due, "");
  ASSERT_THAT(key->versions, SizeIs(1));
  EXPECT_EQ(key->versions[0].version, 1u);
  EXPECT_EQ(key->versions[0].state, KeyVersionState::kEnabled);
  EXPECT_EQ(key->versions[0].create_time, absl::FromUnixMillis(1700000000250));
  EXPECT_EQ(key->versions[0].kek_id, "0123456789abcdef");
  EXPECT_EQ(ErrorReason(admin_.GetUserKey("nobody").status()), "USER_KEY_NOT_FOUND");
}

TEST_F(AdminClientTest, PagesFollowOneAnother) {
  for (const char* user : {"bob", "carol"}) server_.admin().AddUser(user);
  const auto first = admin_.ListUserKeys({.page_size = 2, .filter = "state = ACTIVE"});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(first->user_keys, ElementsAre(Field(&UserKeyMetadata::user_id, "alice"),
                                            Field(&UserKeyMetadata::user_id, "bob")));
  EXPECT_EQ(server_.admin().last_list().filter(), "state = ACTIVE");
  const auto second = admin_.ListUserKeys({.page_size = 2, .page_token = first->next_page_token});
  EXPECT_THAT(second->user_keys, ElementsAre(Field(&UserKeyMetadata::user_id, "carol")));
  EXPECT_EQ(second->next_page_token, "");
}

TEST_F(AdminClientTest, AKeyGoesThroughItsLife) {
  EXPECT_EQ(admin_.RotateUserKey("alice")->primary_version, 2u);
  EXPECT_EQ(admin_.DisableUserKey("alice", {.version = 1})->versions[1].state,
            KeyVersionState::kDisabled);
  EXPECT_EQ(admin_.EnableUserKey("alice", {.version = 1})->versions[1].state,
            KeyVersionState::kEnabled);
  EXPECT_EQ(admin_.DisableUserKey("alice")->state, UserKeyState::kDisabled);
  EXPECT_EQ(admin_.EnableUserKey("alice")->state, UserKeyState::kActive);
  EXPECT_EQ(admin_.SetMinimumVersion("alice", 2)->min_version, 2u);
  const auto deleted = admin_.DeleteUserKey("alice");
  EXPECT_EQ(deleted->state, UserKeyState::kDeleted);
  EXPECT_EQ(deleted->purge_time, absl::FromUnixSeconds(1702592000));
  const auto undeleted = admin_.UndeleteUserKey("alice", deleted->etag);
  EXPECT_EQ(undeleted->state, UserKeyState::kActive);
  const auto destroyed = admin_.DestroyUserKey("alice", undeleted->etag);
  ASSERT_TRUE(destroyed.ok()) << destroyed.status();
  EXPECT_EQ(destroyed->state, UserKeyState::kDestroyed);
  EXPECT_EQ(destroyed->versions[0].state, KeyVersionState::kDestroyed);
  EXPECT_EQ(destroyed->versions[0].kek_id, "");
}

TEST_F(AdminClientTest, AnEtagThatIsOutOfDateChangesNothing) {
  const VersionOptions old{.etag = "0"};
  for (const absl::Status& status :
       {admin_.RotateUserKey("alice", {.etag = "0"}).status(),
        admin_.DisableUserKey("alice", old).status(), admin_.EnableUserKey("alice", old).status(),
        admin_.SetMinimumVersion("alice", 1, "0").status(),
        admin_.DeleteUserKey("alice", "0").status(), admin_.UndeleteUserKey("alice", "0").status(),
        admin_.DestroyUserKey("alice", "0").status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
    EXPECT_EQ(ErrorReason(status), "ETAG_MISMATCH");
  }
  EXPECT_EQ(admin_.GetUserKey("alice")->etag, "1");
}

TEST_F(AdminClientTest, ARotationThatIsSentAgainIsNamedAlike) {
  server_.admin().FailNext(1, Failure(grpc::StatusCode::UNAVAILABLE, "DRAINING", "goes down"));
  ASSERT_TRUE(admin_.RotateUserKey("alice").ok());
  EXPECT_THAT(server_.admin().calls(), ElementsAre("RotateUserKey", "RotateUserKey"));
  const std::string made = server_.admin().last_rotate().request_id();
  EXPECT_THAT(made, SizeIs(32));
  ASSERT_TRUE(admin_.RotateUserKey("alice").ok());
  EXPECT_NE(server_.admin().last_rotate().request_id(), made);

  EXPECT_EQ(admin_.RotateUserKey("alice", {.request_id = "mine"})->primary_version, 4u);
  EXPECT_EQ(admin_.RotateUserKey("alice", {.request_id = "mine"})->primary_version, 4u);
}

TEST_F(AdminClientTest, WhatCouldHaveBeenDoneAlreadyIsSentOnce) {
  for (const auto& call : std::initializer_list<std::function<absl::Status()>>{
           [&] { return admin_.DisableUserKey("alice").status(); },
           [&] { return admin_.EnableUserKey("alice").status(); },
           [&] { return admin_.SetMinimumVersion("alice", 1).status(); },
           [&] { return admin_.DeleteUserKey("alice").status(); },
           [&] { return admin_.UndeleteUserKey("alice").status(); },
           [&] { return admin_.DestroyUserKey("alice", "1").status(); },
           [&] { return admin_.Backup().status(); }}) {
    server_.admin().FailNext(1, Failure(grpc::StatusCode::UNAVAILABLE, "DRAINING", "goes down"));
    EXPECT_EQ(ErrorReason(call()), "DRAINING");
  }
  EXPECT_THAT(server_.admin().calls(), SizeIs(7));
}

TEST_F(AdminClientTest, MasterKeysAreToldOfAndTurnedOver) {
  EXPECT_EQ(admin_.GetKekStatus()->rewrap.state, RewrapState::kIdle);
  const auto started = admin_.RewrapUserKeys(50);
  ASSERT_TRUE(started.ok()) << started.status();
  EXPECT_EQ(started->state, RewrapState::kRunning);
  EXPECT_EQ(started->keys_at_start, 10u);
  EXPECT_EQ(started->start_time, absl::FromUnixSeconds(1700000000));
  EXPECT_EQ(started->end_time, std::nullopt);
  EXPECT_EQ(server_.admin().last_rewrap().max_keys_per_second(), 50u);
  const auto status = admin_.GetKekStatus();
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_THAT(
      status->keks,
      ElementsAre(
          AllOf(Field(&KekMetadata::kek_id, "0123456789abcdef"), Field(&KekMetadata::current, true),
                Field(&KekMetadata::loaded, true), Field(&KekMetadata::keys, 3u),
                Field(&KekMetadata::retire_time, std::nullopt)),
          AllOf(Field(&KekMetadata::current, false), Field(&KekMetadata::loaded, false),
                Field(&KekMetadata::retire_time, absl::FromUnixSeconds(1700000000)))));
  EXPECT_EQ(status->rewrap.keys_rewrapped, 3u);
  EXPECT_EQ(admin_.RetireKek("fedcba9876543210", true)->kek_id, "fedcba9876543210");
  EXPECT_EQ(ErrorReason(admin_.RetireKek("fedcba9876543210", false).status()), "INVALID_REQUEST");
}

TEST_F(AdminClientTest, TheStoreIsVerifiedAndBackedUp) {
  EXPECT_THAT(admin_.VerifyStore()->faults, IsEmpty());
  server_.admin().SetFault("STORED_KEY_CORRUPT");
  const auto verified = admin_.VerifyStore();
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->keys, 1u);
  ASSERT_THAT(verified->faults, SizeIs(1));
  EXPECT_EQ(verified->faults[0].fault, "STORED_KEY_CORRUPT");
  EXPECT_THAT(verified->faults[0].user_ids, ElementsAre("bob"));
  const auto backup = admin_.Backup("monday.db");
  ASSERT_TRUE(backup.ok()) << backup.status();
  EXPECT_EQ(backup->path, "/backups/monday.db");
  EXPECT_EQ(backup->bytes, 4096u);
  EXPECT_THAT(backup->faults, SizeIs(1));
}

TEST_F(AdminClientTest, WhatIsNotUtf8IsRefusedBeforeItIsSent) {
  for (const absl::Status& status :
       {admin_.GetUserKey("\xff").status(), admin_.DeleteUserKey("\xff").status(),
        admin_.DeleteUserKey("alice", "\xff").status(),
        admin_.ListUserKeys({.filter = "\xff"}).status(),
        admin_.ListUserKeys({.page_token = "\xff"}).status(),
        admin_.RotateUserKey("alice", {.request_id = "\xff"}).status(),
        admin_.RetireKek("\xff", true).status(), admin_.Backup("\xff").status()}) {
    EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  }
  EXPECT_THAT(server_.admin().calls(), IsEmpty());
}

TEST(AdminClientOptionsTest, OptionsThatMakeNoSenseAreRefused) {
  EXPECT_EQ(AdminClient::New({.address = ""}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(MockAdminConnectionTest, AProgramsOwnTestsNeedNoServer) {
  auto connection = std::make_shared<MockAdminConnection>();
  EXPECT_CALL(*connection, GetUserKey(std::string_view("alice")))
      .WillOnce(Return(UserKeyMetadata{.user_id = "alice", .state = UserKeyState::kDeleted}));
  EXPECT_EQ(Name(AdminClient(connection).GetUserKey("alice")->state), "DELETED");
}

}  // namespace
}  // namespace keyward::client
