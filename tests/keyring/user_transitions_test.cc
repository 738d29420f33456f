#include "server/keyring/user_transitions.h"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"

namespace keyward::keyring {
namespace {

using store::KeyVersion;
using store::UserKeys;
using store::UserState;
using store::VersionState;
using transitions::Next;

constexpr std::array kUserStates = {UserState::kActive, UserState::kDisabled, UserState::kDeleted,
                                    UserState::kDestroyed};
constexpr std::array kVersionStates = {VersionState::kEnabled, VersionState::kDisabled,
                                       VersionState::kDestroyed};
constexpr int64_t kPurgeAt = 5'000;

// Short enough that a whole table of them can be read.
std::string Name(UserState state) {
  switch (state) {
    case UserState::kActive:
      return "active";
    case UserState::kDisabled:
      return "disabled";
    case UserState::kDeleted:
      return "deleted";
    case UserState::kDestroyed:
      return "destroyed";
  }
  return "?";
}

std::string Name(VersionState state) {
  switch (state) {
    case VersionState::kEnabled:
      return "on";
    case VersionState::kDisabled:
      return "off";
    case VersionState::kDestroyed:
      return "gone";
  }
  return "?";
}

KeyVersion Version(uint32_t version, VersionState state) {
  const bool gone = state == VersionState::kDestroyed;
  return {.version = version,
          .kek_id = gone ? "" : "12345678",
          .wrap_format = 2,
          .wrapped_key = gone ? "" : absl::StrCat("wrapped ", version),
          .state = state,
          .created_at_micros = 100 * version,
          .messages = 7 * version};
}

// A user with an older version, enabled, and the primary one in that state.
UserKeys User(UserState state, VersionState primary) {
  return {.user_id = "alice",
          .primary_version = 2,
          .min_version = 1,
          .state = state,
          .state_before_delete = UserState::kActive,
          .etag = 41,
          .purge_at_micros = state == UserState::kDeleted ? kPurgeAt : 0,
          .rotation_id = "before",
          .versions = {Version(2, primary), Version(1, VersionState::kEnabled)}};
}

KeyVersion MakeVersion(uint32_t version) { return Version(version, VersionState::kEnabled); }

// What is stored, as "active 2off 1on".
std::string Describe(const UserKeys& user) {
  std::string text = Name(user.state);
  for (const KeyVersion& key : user.versions) {
    absl::StrAppend(&text, " ", key.version, Name(key.state));
  }
  return text;
}

// "-" where nothing changes, the reason of an error, or what is stored next.
std::string Describe(const Next& next) {
  if (!next.ok()) return errors::Reason(next.status());
  return next->has_value() ? Describe(**next) : "-";
}

const std::map<std::string, std::function<Next(const UserKeys&)>>& Verbs() {
  static const auto& verbs = *new std::map<std::string, std::function<Next(const UserKeys&)>>{
      {"rotate", [](const UserKeys& now) { return transitions::Rotate(now, "id", MakeVersion); }},
      {"rotate again",
       [](const UserKeys& now) { return transitions::Rotate(now, "before", MakeVersion); }},
      {"disable", transitions::Disable},
      {"enable", transitions::Enable},
      {"disable 2", [](const UserKeys& now) { return transitions::DisableVersion(now, 2); }},
      {"enable 2", [](const UserKeys& now) { return transitions::EnableVersion(now, 2); }},
      {"disable 3", [](const UserKeys& now) { return transitions::DisableVersion(now, 3); }},
      {"enable 3", [](const UserKeys& now) { return transitions::EnableVersion(now, 3); }},
      {"minimum 1", [](const UserKeys& now) { return transitions::SetMinimumVersion(now, 1); }},
      {"minimum 2", [](const UserKeys& now) { return transitions::SetMinimumVersion(now, 2); }},
      {"minimum 3", [](const UserKeys& now) { return transitions::SetMinimumVersion(now, 3); }},
      {"delete", [](const UserKeys& now) { return transitions::Delete(now, kPurgeAt); }},
      {"undelete", transitions::Undelete},
      {"destroy", transitions::Destroy},
      {"purge early", [](const UserKeys& now) { return transitions::Purge(now, kPurgeAt - 1); }},
      {"purge", [](const UserKeys& now) { return transitions::Purge(now, kPurgeAt); }},
  };
  return verbs;
}

// By verb and user state; PRIMARY stands for the state of version 2, which the verb leaves as it
// is.
const std::map<std::string, std::array<std::string, 4>>& Answers() {
  static const auto& answers = *new std::map<std::string, std::array<std::string, 4>>{
      // verb          active                        disabled
      //               deleted                       destroyed
      {"rotate",
       {"active 3on 2PRIMARY 1on", "disabled 3on 2PRIMARY 1on", "USER_KEY_DELETED",
        "active 3on 2PRIMARY 1on"}},
      {"rotate again", {"-", "-", "-", "-"}},
      {"disable", {"disabled 2PRIMARY 1on", "-", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"enable", {"-", "active 2PRIMARY 1on", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"disable 2", {"VERSION", "VERSION", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"enable 2", {"VERSION", "VERSION", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"disable 3",
       {"USER_KEY_NOT_FOUND", "USER_KEY_NOT_FOUND", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"enable 3",
       {"USER_KEY_NOT_FOUND", "USER_KEY_NOT_FOUND", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"minimum 1", {"-", "-", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"minimum 2",
       {"active 2PRIMARY 1on", "disabled 2PRIMARY 1on", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"minimum 3",
       {"INVALID_REQUEST", "INVALID_REQUEST", "USER_KEY_DELETED", "USER_KEY_DESTROYED"}},
      {"delete", {"deleted 2PRIMARY 1on", "deleted 2PRIMARY 1on", "-", "USER_KEY_DESTROYED"}},
      {"undelete", {"-", "-", "active 2PRIMARY 1on", "USER_KEY_DESTROYED"}},
      {"destroy", {"destroyed 2gone 1gone", "destroyed 2gone 1gone", "destroyed 2gone 1gone", "-"}},
      {"purge early", {"-", "-", "-", "-"}},
      {"purge", {"-", "-", "destroyed 2gone 1gone", "-"}},
  };
  return answers;
}

// Where the answer depends on the version's state: enabled, disabled, destroyed.
std::string VersionAnswer(const std::string& verb, UserState user, VersionState version) {
  if (version == VersionState::kDestroyed) return "USER_KEY_DESTROYED";
  const bool enable = verb == "enable 2";
  if (enable == (version == VersionState::kEnabled)) return "-";
  return absl::StrCat(Name(user), enable ? " 2on 1on" : " 2off 1on");
}

std::string Expected(const std::string& verb, UserState user, VersionState version) {
  std::string answer = Answers().at(verb)[static_cast<size_t>(user) - 1];
  if (answer == "VERSION") return VersionAnswer(verb, user, version);
  if (const size_t at = answer.find("PRIMARY"); at != std::string::npos) {
    answer.replace(at, 7, Name(version));
  }
  return answer;
}

TEST(UserTransitionsTest, EveryVerbAnswersInEveryStateAsTheTableSays) {
  ASSERT_EQ(Verbs().size(), Answers().size());
  for (const auto& [verb, apply] : Verbs()) {
    for (const UserState user : kUserStates) {
      for (const VersionState version : kVersionStates) {
        const UserKeys now = User(user, version);
        EXPECT_EQ(Describe(apply(now)), Expected(verb, user, version))
            << verb << " of " << Describe(now);
      }
    }
  }
}

TEST(UserTransitionsTest, EveryChangeRaisesTheEtagByOneAndKeepsWhoAndWhatItIsNotAbout) {
  for (const auto& [verb, apply] : Verbs()) {
    for (const UserState user : kUserStates) {
      for (const VersionState version : kVersionStates) {
        const UserKeys now = User(user, version);
        const Next next = apply(now);
        if (!next.ok() || !next->has_value()) continue;
        EXPECT_EQ((*next)->etag, 42) << verb;
        EXPECT_EQ((*next)->user_id, "alice") << verb;
        EXPECT_EQ((*next)->primary_version, verb == "rotate" ? 3 : 2) << verb;
        EXPECT_EQ((*next)->min_version, verb == "minimum 2" ? 2 : 1) << verb;
        EXPECT_EQ((*next)->rotation_id, verb == "rotate" ? "id" : "before") << verb;
        EXPECT_EQ((*next)->purge_at_micros, verb == "delete" ? kPurgeAt : 0) << verb;
        EXPECT_EQ((*next)->versions.back().messages, 7) << verb;
        EXPECT_EQ((*next)->versions.back().created_at_micros, 100) << verb;
      }
    }
  }
}

TEST(UserTransitionsTest, AStateThatNoReleaseKnowsIsLeftAloneButMayBeDestroyed) {
  const UserKeys now = User(static_cast<UserState>(9), VersionState::kEnabled);
  for (const auto& [verb, apply] : Verbs()) {
    const std::string answer = Describe(apply(now));
    if (verb == "rotate again" || verb.starts_with("purge")) {
      EXPECT_EQ(answer, "-") << verb;
    } else {
      EXPECT_EQ(answer, verb == "destroy" ? "destroyed 2gone 1gone" : "STORED_KEY_CORRUPT") << verb;
    }
  }
}

TEST(UserTransitionsTest, ADeletedUserComesBackAsBefore) {
  for (const UserState before : {UserState::kActive, UserState::kDisabled}) {
    const Next deleted = transitions::Delete(User(before, VersionState::kEnabled), kPurgeAt);
    const Next back = transitions::Undelete(**deleted);
    EXPECT_EQ((*back)->state, before);
    EXPECT_EQ((*back)->state_before_delete, UserState::kActive);
    EXPECT_EQ((*back)->purge_at_micros, 0);
  }
}

TEST(UserTransitionsTest, NothingOfADestroyedKeyIsLeft) {
  const Next next = transitions::Destroy(User(UserState::kDisabled, VersionState::kEnabled));
  for (const KeyVersion& key : (*next)->versions) {
    EXPECT_EQ(key.wrapped_key, "");
    EXPECT_EQ(key.kek_id, "");
  }
}

TEST(UserTransitionsTest, NoNumberOfAVersionIsUsedTwice) {
  UserKeys now = User(UserState::kActive, VersionState::kEnabled);
  for (uint32_t version = 3; version < 6; ++version) {
    now = **transitions::Destroy(now);
    now = **transitions::Rotate(now, "", MakeVersion);
    EXPECT_EQ(now.primary_version, version);
    EXPECT_EQ(now.versions.front().version, version);
  }
  now.primary_version = 4;  // as nothing here makes it
  EXPECT_EQ((*transitions::Rotate(now, "", MakeVersion))->primary_version, 6);
}

TEST(UserTransitionsTest, AnEmptyRequestIdIsNeverARepeatedOne) {
  UserKeys now = User(UserState::kActive, VersionState::kEnabled);
  now.rotation_id.clear();
  EXPECT_EQ(Describe(transitions::Rotate(now, "", MakeVersion)), "active 3on 2on 1on");
}

TEST(UserTransitionsTest, VersionsHaveALimit) {
  UserKeys now = User(UserState::kActive, VersionState::kEnabled);
  now.versions.resize(transitions::kMaxVersions);
  EXPECT_EQ(Describe(transitions::Rotate(now, "", MakeVersion)), "INVALID_REQUEST");
  UserKeys last = User(UserState::kActive, VersionState::kEnabled);
  last.versions.front().version = last.primary_version = UINT32_MAX;
  EXPECT_EQ(Describe(transitions::Rotate(last, "", MakeVersion)), "INVALID_REQUEST");
}

}  // namespace
}  // namespace keyward::keyring
