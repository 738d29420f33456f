#include "server/keyring/key_list.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/errors/errors.h"
#include "server/keyring/key_list_filter.h"
#include "server/keyring/page_token.h"
#include "server/store/fake_key_store.h"
#include "tests/keyring/awaited.h"

namespace keyward::keyring {
namespace {

using store::UserState;
using store::VersionState;

store::UserKeys User(const std::string& user_id, UserState state = UserState::kActive,
                     const std::string& kek_id = "kek-id-1") {
  return {.user_id = user_id,
          .primary_version = 1,
          .state = state,
          .versions = {{.version = 1, .kek_id = kek_id}}};
}

std::string FilterError(std::string_view filter) {
  const absl::Status status = ParseKeyListFilter(filter).status();
  EXPECT_EQ(errors::Reason(status), "INVALID_REQUEST") << filter;
  return std::string(status.message());
}

TEST(KeyListFilterTest, ReadsConditionsJoinedByAnd) {
  const auto filter = ParseKeyListFilter(
      " state=DISABLED  AND kek_id = f37b81e55fd85701 AND user_id = \"acme/*\" ");
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(filter->state, UserState::kDisabled);
  EXPECT_EQ(absl::BytesToHexString(*filter->kek_id), "f37b81e55fd85701");
  EXPECT_EQ(filter->user_id, "acme/");
  EXPECT_TRUE(filter->user_id_is_prefix);
}

TEST(KeyListFilterTest, AnEmptyOneMatchesAll) {
  for (const char* text : {"", " \t"}) {
    const auto filter = ParseKeyListFilter(text);
    ASSERT_TRUE(filter.ok());
    EXPECT_TRUE(filter->Matches(User("alice", UserState::kDestroyed)));
  }
}

TEST(KeyListFilterTest, EachConditionMustHold) {
  const auto filter = ParseKeyListFilter("state = DELETED AND user_id = a*");
  EXPECT_TRUE(filter->Matches(User("alice", UserState::kDeleted)));
  EXPECT_FALSE(filter->Matches(User("alice")));
  EXPECT_FALSE(filter->Matches(User("bob", UserState::kDeleted)));
}

TEST(KeyListFilterTest, AMasterKeyIsThatOfAnyVersionButADestroyedOne) {
  const KeyListFilter filter{.kek_id = "kek-id-1"};
  store::UserKeys user = User("alice", UserState::kActive, "kek-id-2");
  EXPECT_FALSE(filter.Matches(user));
  user.versions.push_back({.version = 1, .kek_id = "kek-id-1"});
  EXPECT_TRUE(filter.Matches(user));
  user.versions.back().state = VersionState::kDestroyed;
  EXPECT_FALSE(filter.Matches(user));
}

TEST(KeyListFilterTest, QuotesHoldWhatAWordCannot) {
  const auto filter = ParseKeyListFilter(R"(user_id = "a \"b\" = \\ \* AND")");
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_EQ(filter->user_id, R"(a "b" = \ * AND)");
  EXPECT_FALSE(filter->user_id_is_prefix);
  EXPECT_TRUE(ParseKeyListFilter("user_id = *")->Matches(User("anyone")));
}

TEST(KeyListFilterTest, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(FilterError("state = ASLEEP"),
            "filter, at byte 9: state is ACTIVE, DISABLED, DELETED or DESTROYED");
  EXPECT_EQ(FilterError("state = ACTIVE*"),
            "filter, at byte 9: state is ACTIVE, DISABLED, DELETED or DESTROYED");
  EXPECT_EQ(FilterError("age = 3"), "filter, at byte 1: state, kek_id or user_id is expected");
  EXPECT_EQ(FilterError("state ACTIVE"), "filter, at byte 7: = is expected");
  EXPECT_EQ(FilterError("state ="), "filter, at byte 8: a value is missing");
  EXPECT_EQ(FilterError("state = \"\""), "filter, at byte 9: a value is empty");
  EXPECT_EQ(FilterError("state = ACTIVE OR user_id = a"), "filter, at byte 16: AND is expected");
  EXPECT_EQ(FilterError("state = ACTIVE AND"),
            "filter, at byte 19: state, kek_id or user_id is expected");
  EXPECT_EQ(FilterError("state = ACTIVE AND state = ACTIVE"),
            "filter, at byte 20: a field stands there twice");
  EXPECT_EQ(FilterError("kek_id = 12345"), "filter, at byte 10: kek_id is 16 hex digits");
  EXPECT_EQ(FilterError("kek_id = f37b81e55fd8570*"),
            "filter, at byte 10: kek_id is 16 hex digits");
  EXPECT_EQ(FilterError("user_id = \"a*b\""), "filter, at byte 14: a star stands at the end alone");
  EXPECT_EQ(FilterError("user_id = \"a"), "filter, at byte 13: a closing quote is missing");
  EXPECT_EQ(FilterError("user_id = \"a\\n\""), "filter, at byte 14: no such escape");
  EXPECT_EQ(FilterError(std::string_view("user_id = \"a\0\"", 14)),
            "filter, at byte 11: user_id holds a NUL");
}

TEST(PageTokenTest, GoesOnWhereItWasMadeWithTheSameFilterAlone) {
  const std::string token = MakePageToken("state = ACTIVE", "alice");
  EXPECT_EQ(*ParsePageToken("state = ACTIVE", token), "alice");
  EXPECT_EQ(errors::Reason(ParsePageToken("state = DELETED", token).status()), "INVALID_REQUEST");
  EXPECT_EQ(errors::Reason(ParsePageToken("", token).status()), "INVALID_REQUEST");
  for (const std::string& other :
       {std::string("?"), std::string("YWxpY2U="), token.substr(0, 20)}) {
    EXPECT_EQ(errors::Reason(ParsePageToken("state = ACTIVE", other).status()), "INVALID_REQUEST");
  }
}

class KeyListTest : public ::testing::Test {
 protected:
  absl::StatusOr<KeyPage> List(uint32_t size, const std::string& token = "",
                               const std::string& filter = "") {
    Awaited<KeyPage> page;
    list_.List(size, token, filter, page.Callback());
    return page.Take();
  }
  // All pages: their users joined by ",", the pages by "|".
  std::string ListAll(uint32_t size, const std::string& filter = "") {
    std::vector<std::string> pages;
    std::string token;
    do {
      const auto page = List(size, token, filter);
      if (!page.ok()) return std::string(page.status().message());
      pages.push_back(absl::StrJoin(
          page->users, ",", [](std::string* out, const auto& user) { out->append(user.user_id); }));
      token = page->next_page_token;
    } while (!token.empty());
    return absl::StrJoin(pages, "|");
  }

  store::FakeKeyStore store_;
  KeyList list_{store_};
};

TEST_F(KeyListTest, ListsAllPageByPageInTheOrderOfTheirIds) {
  for (const char* user : {"d", "b", "a", "e", "c"}) store_.Put(User(user));
  EXPECT_EQ(ListAll(2), "a,b|c,d|e");
  EXPECT_EQ(ListAll(0), "a,b,c,d,e");
  EXPECT_EQ(ListAll(5), "a,b,c,d,e|") << "whether more follow is not known yet";
}

TEST_F(KeyListTest, AnEmptyStoreHasNone) { EXPECT_EQ(ListAll(10), ""); }

TEST_F(KeyListTest, FiltersAndGoesOnBehindTheLastThatWasLookedAt) {
  for (int i = 0; i < 10; ++i) {
    store_.Put(User(absl::StrCat("u", i), i % 3 == 0 ? UserState::kDisabled : UserState::kActive));
  }
  EXPECT_EQ(ListAll(2, "state = DISABLED"), "u0,u3|u6,u9|");
}

TEST_F(KeyListTest, APrefixListsThoseWhoseIdsBeginSo) {
  for (const char* user : {"acm", "acme", "acme/1", "acme/2", "acme0", "acn"})
    store_.Put(User(user));
  EXPECT_EQ(ListAll(10, "user_id = acme*"), "acme,acme/1,acme/2,acme0");
  EXPECT_EQ(ListAll(1, "user_id = acme*"), "acme|acme/1|acme/2|acme0|");
  EXPECT_EQ(ListAll(10, "user_id = \"acme/*\""), "acme/1,acme/2");
  EXPECT_EQ(ListAll(10, "user_id = acme"), "acme");
  EXPECT_EQ(ListAll(10, "user_id = nobody"), "");
  EXPECT_EQ(ListAll(10, "user_id = acme AND state = DISABLED"), "");
  EXPECT_EQ(ListAll(10, "user_id = *"), "acm,acme,acme/1,acme/2,acme0,acn");
}

TEST_F(KeyListTest, OneCallLooksAtSoManyAndNoMore) {
  for (int i = 0; i < KeyList::kMaxLooked; ++i) store_.Put(User(absl::StrCat("u", 100'000 + i)));
  store_.Put(User("v", UserState::kDeleted));
  const auto first = List(10, "", "state = DELETED");
  EXPECT_TRUE(first->users.empty());
  ASSERT_FALSE(first->next_page_token.empty());
  const auto second = List(10, first->next_page_token, "state = DELETED");
  ASSERT_EQ(second->users.size(), 1);
  EXPECT_EQ(second->next_page_token, "");
}

TEST_F(KeyListTest, APageHasAtMostAThousandUsers) {
  for (int i = 0; i < 1100; ++i) store_.Put(User(absl::StrCat("u", i)));
  EXPECT_EQ(List(5000)->users.size(), KeyList::kMaxPageSize);
  EXPECT_EQ(List(0)->users.size(), KeyList::kDefaultPageSize);
}

TEST_F(KeyListTest, WhatIsNoFilterOrNoTokenIsRefused) {
  EXPECT_EQ(errors::Reason(List(10, "", "x").status()), "INVALID_REQUEST");
  EXPECT_EQ(errors::Reason(List(10, "x").status()), "INVALID_REQUEST");
}

}  // namespace
}  // namespace keyward::keyring
