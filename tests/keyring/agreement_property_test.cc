// The same calls get the same answers, whether keys are cached or not, one by one or in batches.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/token_v3.h"
#include "tests/keyring/keyring_rig.h"
#include "tests/testing/chance.h"

namespace keyward::keyring {
namespace {

using store::UserState;
using store::VersionState;

constexpr absl::Duration kTtl = absl::Minutes(5);

// What a caller is told, and nothing that chance decides.
std::string Told(const absl::Status& status) {
  return absl::StrCat(errors::Reason(status), ": ", status.message());
}
std::string Told(const absl::StatusOr<Encrypted>& sealed) {
  if (!sealed.ok()) return Told(sealed.status());
  return absl::StrCat("sealed under ", sealed->key_version, " ", sealed->kek_id);
}
std::string Told(const absl::StatusOr<Decrypted>& opened) {
  if (!opened.ok()) return Told(opened.status());
  return absl::StrCat("opened \"", opened->plaintext, "\" under ", opened->key_version, " ",
                      opened->kek_id, opened->stale ? " stale" : "",
                      opened->legacy_plaintext ? " legacy" : "");
}

// A keyring on a store of its own, which takes its calls in one of two ways.
class Subject {
 public:
  enum class Way { kAlone, kTogether };
  Subject(size_t max_users, absl::Duration ttl, Way way)
      : way_(way),
        keyring_(TurnedOverKeks(), store_, clock_, crypto::SystemRandom(),
                 {.cache_max_users = max_users, .cache_ttl = ttl}) {}

  // Stored keys are changed behind the keyring's back; what it has cached becomes too old.
  void Store(const store::UserKeys& keys) {
    store_.Put(keys);
    clock_.Advance(kTtl);
  }

  std::vector<absl::StatusOr<Encrypted>> Run(const std::vector<EncryptItem>& items) {
    if (way_ == Way::kAlone) {
      return OneByOne<Encrypted>(
          items, [&](const auto& item, auto done) { keyring_.Encrypt(item, std::move(done)); });
    }
    return Together<Encrypted>(
        items, [&](const auto& item) { return keyring_.TryEncrypt(item); },
        [&](const auto& rest, const auto& each) { keyring_.EncryptMany(rest, each); });
  }
  std::vector<absl::StatusOr<Decrypted>> Run(const std::vector<DecryptItem>& items) {
    if (way_ == Way::kAlone) {
      return OneByOne<Decrypted>(
          items, [&](const auto& item, auto done) { keyring_.Decrypt(item, std::move(done)); });
    }
    return Together<Decrypted>(
        items, [&](const auto& item) { return keyring_.TryDecrypt(item); },
        [&](const auto& rest, const auto& each) { keyring_.DecryptMany(rest, each); });
  }
  // The key's own bytes too where it was not made here.
  std::string Key(const std::string& user_id, uint32_t version, bool known) {
    Awaited<UserKey> answer;
    keyring_.GetOrCreateUserKey(user_id, version, answer.Callback());
    const auto key = answer.Take();
    if (!key.ok()) return Told(key.status());
    return absl::StrCat("version ", key->version, key->created ? " created " : " ",
                        known ? std::string(key->key.ExposeSecret()) : "");
  }

  // Tokens that this keyring made, which only its own store's keys open.
  std::vector<std::string> tokens;

 private:
  template <typename T, typename Item, typename Call>
  static std::vector<absl::StatusOr<T>> OneByOne(const std::vector<Item>& items, const Call& call) {
    std::vector<absl::StatusOr<T>> results;
    for (const Item& item : items) {
      Awaited<T> answer;
      call(item, answer.Callback());
      results.push_back(answer.Take());
    }
    return results;
  }

  // As server/rpc takes a batch: what needs no store at once, the rest together.
  template <typename T, typename Item, typename Try, typename Many>
  static std::vector<absl::StatusOr<T>> Together(const std::vector<Item>& items, const Try& attempt,
                                                 const Many& many) {
    std::vector<Awaited<T>> answers(items.size());
    std::vector<Item> rest;
    std::vector<size_t> places;
    for (size_t i = 0; i < items.size(); ++i) {
      if (auto answer = attempt(items[i])) {
        answers[i].Callback()(*std::move(answer));
      } else {
        rest.push_back(items[i]);
        places.push_back(i);
      }
    }
    many(rest, [&](size_t i, absl::StatusOr<T> answer) {
      answers[places[i]].Callback()(std::move(answer));
    });
    std::vector<absl::StatusOr<T>> results;
    for (auto& answer : answers) results.push_back(answer.Take());
    return results;
  }

  const Way way_;
  FakeClock clock_;
  store::FakeKeyStore store_;
  Keyring keyring_;
};

class AgreementPropertyTest : public ::keyward::testing::PropertyTest {
 protected:
  static constexpr size_t kUsers = 40;
  static constexpr uint32_t kVersions = 3;
  // What must have been met, or the cases show little.
  static constexpr std::array kReasons = {"sealed",
                                          "opened",
                                          "stale",
                                          "legacy",
                                          "created",
                                          "USER_KEY_NOT_FOUND",
                                          "USER_KEY_DISABLED",
                                          "USER_KEY_DELETED",
                                          "USER_KEY_DESTROYED",
                                          "VERSION_TOO_OLD",
                                          "KEK_NOT_LOADED",
                                          "STORED_KEY_CORRUPT",
                                          "DECRYPTION_FAILED",
                                          "TOKEN_MALFORMED"};

  std::string User() { return absl::StrCat("user-", chance_.Below(kUsers)); }
  // The same for all: the key of a row that the test has stored.
  static crypto::SecretBytes KeyOf(std::string_view user_id, uint32_t version) {
    std::string bytes(user_id);
    bytes.resize(crypto::kKeyBytes, static_cast<char>(version));
    return crypto::SecretBytes::CopyOf(bytes);
  }

  store::KeyVersion RandomVersion(const std::string& user_id, uint32_t number) {
    const MasterKeys& keks = TurnedOverKeks();
    store::KeyVersion row =
        WrapKey(keks.all()[chance_.Below(2)], user_id, number, KeyOf(user_id, number),
                absl::UnixEpoch(), crypto::SystemRandom());
    if (chance_.OneIn(8)) row.state = VersionState::kDisabled;
    if (chance_.OneIn(8)) row.state = VersionState::kDestroyed;
    if (chance_.OneIn(12)) row.wrapped_key[chance_.Below(60)] ^= 1;
    if (chance_.OneIn(12)) row.kek_id = "unknown!";
    return row;
  }

  // Any state that a database can be found in.
  void StoreAnything() {
    store::UserKeys keys{.user_id = User(), .versions = {}};
    const auto versions = static_cast<uint32_t>(1 + chance_.Below(kVersions));
    for (uint32_t number = versions; number > 0; --number) {
      keys.versions.push_back(RandomVersion(keys.user_id, number));
    }
    const auto any_version = [&] { return static_cast<uint32_t>(chance_.Below(kVersions + 1)); };
    keys.primary_version = chance_.OneIn(3) ? any_version() : versions;
    keys.min_version = chance_.OneIn(4) ? any_version() : 0;
    if (chance_.OneIn(4)) keys.state = static_cast<UserState>(1 + chance_.Below(5));
    for (Subject* each : subjects_) each->Store(keys);
    stored_.insert(keys.user_id);
  }

  Scope UserOrPool(std::string& user_id) {
    user_id = User();
    return chance_.OneIn(6) ? kPool : Scope{user_id};
  }

  void EncryptSome() {
    const size_t count = chance_.Below(6);
    std::vector<std::string> users(count), plaintexts(count), datas(count);
    std::vector<EncryptItem> items;
    for (size_t i = 0; i < count; ++i) {
      plaintexts[i] = chance_.Bytes(chance_.Below(50));
      datas[i] = chance_.Word("ab", chance_.Below(2));
      items.push_back({UserOrPool(users[i]), plaintexts[i], datas[i],
                       chance_.OneIn(2) ? TokenFormat::kV2 : TokenFormat::kV3});
    }
    Agree([&](Subject& subject) {
      const auto sealed = subject.Run(items);
      for (const auto& each : sealed) subject.tokens.push_back(each.ok() ? each->token : "");
      return sealed;
    });
  }

  std::string KnownToken(const std::string& user_id, uint32_t version, std::string_view data) {
    const auto key = KeyOf(user_id, version);
    if (chance_.OneIn(2)) return SealToken(key, "known", data, crypto::SystemRandom());
    return SealTokenV3(key, TokenOwner::User(user_id, version), "known", data,
                       crypto::SystemRandom());
  }

  // The item's token is that keyring's own where `made_here` is one of them.
  struct Question {
    std::string user_id, token, data;
    std::optional<size_t> made_here;
    DecryptItem item;
  };
  Question RandomQuestion() {
    Question question;
    question.item.scope = UserOrPool(question.user_id);
    question.data = chance_.Word("ab", chance_.Below(2));
    question.item.allow_legacy_plaintext = chance_.OneIn(5);
    const size_t made = subjects_[0]->tokens.size();
    if (chance_.OneIn(2) && made > 0) {
      question.made_here = chance_.Below(made);
    } else if (chance_.OneIn(4)) {
      question.token = chance_.Word("v23:Aw_=", chance_.Below(80));
    } else {
      question.token = KnownToken(
          question.user_id, 1 + static_cast<uint32_t>(chance_.Below(kVersions)), question.data);
    }
    return question;
  }

  void DecryptSome() {
    std::vector<Question> questions(chance_.Below(6));
    for (Question& each : questions) {
      each = RandomQuestion();
      // Views into what has just been moved.
      if (each.item.scope.user_id) each.item.scope.user_id = each.user_id;
      each.item.associated_data = each.data;
    }
    Agree([&](Subject& subject) {
      std::vector<DecryptItem> items;
      for (const Question& each : questions) {
        items.push_back(each.item);
        items.back().token = each.made_here ? subject.tokens[*each.made_here] : each.token;
      }
      return subject.Run(items);
    });
  }

  void GetKey() {
    const std::string user_id = User();
    const auto version = static_cast<uint32_t>(chance_.Below(kVersions + 2));
    const bool known = stored_.contains(user_id);
    std::vector<std::string> told;
    for (Subject* each : subjects_) told.push_back(each->Key(user_id, version, known));
    Compare(told);
  }

  // Asks each keyring, and compares what it tells, item by item.
  template <typename Ask>
  void Agree(const Ask& ask) {
    std::vector<std::string> told;
    for (Subject* each : subjects_) {
      told.emplace_back();
      for (const auto& answer : ask(*each)) absl::StrAppend(&told.back(), Told(answer), "\n");
    }
    Compare(told);
  }

  void Compare(const std::vector<std::string>& told) {
    for (const std::string& each : told) ASSERT_EQ(each, told[0]);
    for (const char* reason : kReasons) {
      if (told[0].find(reason) != std::string::npos) met_.insert(reason);
    }
  }

  Subject uncached_{0, absl::ZeroDuration(), Subject::Way::kAlone};
  Subject cached_{1000, kTtl, Subject::Way::kAlone};
  // Room for one user in each of 16 shards.
  Subject small_{1, kTtl, Subject::Way::kTogether};
  Subject batches_{1000, kTtl, Subject::Way::kTogether};
  const std::vector<Subject*> subjects_ = {&uncached_, &cached_, &small_, &batches_};

  std::set<std::string> stored_;
  std::set<std::string> met_;
};

TEST_F(AgreementPropertyTest, CachedAndUncachedAloneAndInBatches) {
  for (int step = 0; step < 3'000 && !HasFatalFailure(); ++step) {
    SCOPED_TRACE(step);
    if (chance_.OneIn(25)) StoreAnything();
    switch (chance_.Below(3)) {
      case 0:
        EncryptSome();
        break;
      case 1:
        DecryptSome();
        break;
      default:
        GetKey();
    }
  }
  EXPECT_EQ(met_.size(), kReasons.size()) << ::testing::PrintToString(met_);
}

}  // namespace
}  // namespace keyward::keyring
