// A user's rows, as a store gives them, on their way to a key. An input tells how rows that were
// really wrapped are changed: whatever it does, only those that stayed what they were may open.
//
//   user:     state(4) primary_version(4) min_version(4) name(1: alice, bob, or another that
//   follows) versions: which wrapped row(1), then changes, each a byte and what it takes, up to a 0

#include <array>
#include <string>
#include <vector>

#include "server/errors/errors.h"
#include "server/keyring/cache_entry.h"
#include "server/keyring/key_wrap.h"
#include "server/keyring/keyring.h"
#include "server/keyring/loaded_user.h"
#include "server/keyring/token_v3.h"
#include "server/store/stored_row.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/instant_key_store.h"
#include "tests/keyring/known_keys.h"

namespace keyward::keyring {
namespace {

using store::KeyVersion;
using store::UserState;
using store::VersionState;

constexpr std::array<std::string_view, 2> kUsers = {"alice", "bob"};
constexpr size_t kMaxVersions = 40;

// A row that we wrapped, and what is in it.
struct Wrapped {
  std::string user_id;
  std::string key;
  KeyVersion row;
};

const std::vector<Wrapped>& AllWrapped() {
  static const std::vector<Wrapped>& all = *[] {
    auto* const made = new std::vector<Wrapped>;
    ExampleNonce nonce;
    for (const Kek& kek : TurnedOverKeks().all()) {
      for (const std::string_view user_id : kUsers) {
        for (const uint32_t version : {1u, 2u, 0xffffffffu}) {
          const std::string key = Counting(static_cast<uint8_t>(made->size()), crypto::kKeyBytes);
          made->push_back({std::string(user_id), key,
                           WrapKey(kek, user_id, version, crypto::SecretBytes::CopyOf(key),
                                   absl::FromUnixSeconds(1'700'000'000), nonce)});
        }
      }
    }
    return made;
  }();
  return all;
}

void ChangeByte(std::string& bytes, uint8_t place, uint8_t by) {
  if (!bytes.empty())
    bytes[place % bytes.size()] = static_cast<char>(bytes[place % bytes.size()] ^ by);
}

KeyVersion ReadVersion(FuzzInput& input) {
  KeyVersion row = AllWrapped()[input.Byte() % AllWrapped().size()].row;
  while (const uint8_t change = input.Byte()) {
    switch (change % 8) {
      case 1:
        row.version = input.Number<uint32_t>();
        break;
      case 2:
        row.wrap_format = input.Number<int>();
        break;
      case 3:
        row.state = static_cast<VersionState>(input.Number<int>());
        break;
      case 4:
        row.kek_id = input.Short();
        break;
      case 5:
        row.wrapped_key = input.Short();
        break;
      case 6: {
        const uint8_t place = input.Byte();
        ChangeByte(row.wrapped_key, place, input.Byte());
        break;
      }
      case 7:
        row.created_at_micros = input.Number<int64_t>();
        break;
      default:
        row.wrapped_key.resize(input.Byte());
    }
  }
  return row;
}

store::UserKeys ReadUser(FuzzInput& input) {
  store::UserKeys user;
  user.state = static_cast<UserState>(input.Number<int>());
  user.primary_version = input.Number<uint32_t>();
  user.min_version = input.Number<uint32_t>();
  const uint8_t name = input.Byte();
  user.user_id = name < kUsers.size() ? kUsers[name] : input.Short();
  while (!input.empty() && user.versions.size() < kMaxVersions) {
    user.versions.push_back(ReadVersion(input));
  }
  return user;
}

// The wrapped row that this one still is; null where it became another. A date is not bound.
const Wrapped* StillIs(std::string_view user_id, const KeyVersion& row) {
  for (const Wrapped& each : AllWrapped()) {
    if (each.user_id == user_id && each.row.version == row.version &&
        each.row.wrap_format == row.wrap_format && each.row.kek_id == row.kek_id &&
        each.row.wrapped_key == row.wrapped_key) {
      return &each;
    }
  }
  return nullptr;
}

void CheckUnwrap(std::string_view user_id, const KeyVersion& row) {
  const auto key = UnwrapKey(TurnedOverKeks(), user_id, row);
  const Wrapped* const wrapped = StillIs(user_id, row);
  Promise(key.ok() == (wrapped != nullptr), "a row opens where it is bound to, and nowhere else");
  if (key.ok()) {
    Promise(key->ExposeSecret() == wrapped->key, "a row opens to what was wrapped in it");
    return;
  }
  const std::string reason = errors::Reason(key.status());
  Promise(reason == "STORED_KEY_CORRUPT" || reason == "KEK_NOT_LOADED", "it is said why");
}

void CheckLoaded(const LoadedUser& user, const store::UserKeys& stored) {
  Promise(user.versions.size() == stored.versions.size(), "no version is lost");
  for (size_t i = 0; i < user.versions.size(); ++i) {
    const LoadedVersion& version = user.versions[i];
    const bool opens = StillIs(stored.user_id, stored.versions[i]) != nullptr &&
                       version.state != VersionState::kDestroyed;
    Promise(version.key.has_value() == opens, "a version has a key where its row opens");
    Promise(opens || !version.problem.ok() || version.state == VersionState::kDestroyed,
            "where there is no key there is a reason");
  }
}

void CheckCached(std::string_view user_id, const LoadedUser& user) {
  if (!user.complete()) return;
  const CacheEntry::Ptr entry = CacheEntry::New(user_id, user);
  const LoadedUser again = entry->Unpack();
  Promise(entry->user_id() == user_id && again.primary_version == user.primary_version &&
              again.min_version == user.min_version &&
              again.versions.size() == user.versions.size(),
          "the cache keeps a user");
  for (size_t i = 0; i < user.versions.size(); ++i) {
    Promise(again.versions[i].version == user.versions[i].version &&
                again.versions[i].created_at_micros == user.versions[i].created_at_micros &&
                again.versions[i].key == user.versions[i].key,
            "the cache keeps each version");
  }
}

// Whether values may be sealed with that version, by the rules of docs/FORMATS.md.
const Wrapped* Usable(const store::UserKeys& user, uint32_t number) {
  if (user.state != UserState::kActive || number < user.min_version) return nullptr;
  for (const KeyVersion& row : user.versions) {
    if (row.version != number) continue;
    return row.state == VersionState::kEnabled ? StillIs(user.user_id, row) : nullptr;
  }
  return nullptr;
}

void CheckRefusal(const absl::Status& status) {
  Promise(!errors::Reason(status).empty() && !absl::IsUnavailable(status), "it is said why not");
}

void CheckExport(Keyring& keyring, const store::UserKeys& user, uint32_t number) {
  const Wrapped* const usable = Usable(user, number == 0 ? user.primary_version : number);
  keyring.GetOrCreateUserKey(user.user_id, number, [&](absl::StatusOr<UserKey> key) {
    Promise(key.ok() == (usable != nullptr), "a key is handed out where it is usable");
    if (!key.ok()) return CheckRefusal(key.status());
    Promise(!key->created && key->key.ExposeSecret() == usable->key, "it is the user's own");
  });
}

void CheckValues(Keyring& keyring, const store::UserKeys& user) {
  const Scope scope{user.user_id};
  const Wrapped* const primary = Usable(user, user.primary_version);
  std::string token;
  keyring.Encrypt({scope, "value", "data"}, [&](absl::StatusOr<Encrypted> sealed) {
    Promise(sealed.ok() == (primary != nullptr), "values are sealed where the primary is usable");
    if (!sealed.ok()) return CheckRefusal(sealed.status());
    Promise(sealed->key_version == user.primary_version, "they are sealed with the primary");
    token = sealed->token;
  });
  if (token.empty()) return;
  keyring.Decrypt({scope, token, "data"}, [&](absl::StatusOr<Decrypted> opened) {
    Promise(opened.ok() && opened->plaintext == "value" && !opened->stale, "what is sealed opens");
  });
}

// A token under each of the wrapped keys opens where one of the user's versions may be used to
// read.
void CheckReading(Keyring& keyring, const store::UserKeys& user) {
  ExampleNonce nonce;
  for (const Wrapped& each : AllWrapped()) {
    const auto key = crypto::SecretBytes::CopyOf(each.key);
    const TokenOwner owner = TokenOwner::User(each.user_id, each.row.version);
    for (const std::string& token :
         {SealToken(key, "value", "", nonce), SealTokenV3(key, owner, "value", "", nonce)}) {
      keyring.Decrypt({Scope{user.user_id}, token, ""}, [&](absl::StatusOr<Decrypted> opened) {
        if (!opened.ok()) return CheckRefusal(opened.status());
        Promise(opened->plaintext == "value" && each.user_id == user.user_id &&
                    opened->key_version == each.row.version && user.state == UserState::kActive &&
                    opened->key_version >= user.min_version,
                "a token opens under a usable key of its user");
      });
    }
  }
}

void CheckDropping(store::UserKeys user) {
  store::DropImpossibleKeys(user);
  for (const KeyVersion& row : user.versions) {
    Promise(store::IsPossibleKey(row), "what is left can be a key");
  }
}

void CheckKeyring(const store::UserKeys& user) {
  store::InstantKeyStore store;
  store.Put(user);
  Keyring keyring(TurnedOverKeks(), store, SystemClock(), crypto::SystemRandom(),
                  {.cache_max_users = 10, .cache_ttl = absl::Minutes(5)});
  for (const uint32_t number : {0u, 1u, 2u, user.min_version}) CheckExport(keyring, user, number);
  CheckValues(keyring, user);
  CheckReading(keyring, user);
}

void Check(std::string_view bytes) {
  FuzzInput input(bytes);
  const store::UserKeys user = ReadUser(input);
  for (const KeyVersion& row : user.versions) CheckUnwrap(user.user_id, row);
  CheckDropping(user);
  KeyShield shield(crypto::SystemRandom());
  const LoadedUser loaded = LoadUser(user, TurnedOverKeks(), shield);
  CheckLoaded(loaded, user);
  // Stores hand out nothing else, which sqlite_row_fuzz sees to.
  if (!store::CheckUserKeys(user).ok()) return;
  CheckCached(user.user_id, loaded);
  CheckKeyring(user);
}

}  // namespace
}  // namespace keyward::keyring

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keyward::keyring::Check(keyward::AsText(data, size));
  return 0;
}
