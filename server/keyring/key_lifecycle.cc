#include "server/keyring/key_lifecycle.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/errors/errors.h"
#include "server/keyring/key_wrap.h"

namespace keyward::keyring {

std::string EtagOf(const store::UserKeys& keys) { return absl::StrCat(keys.etag); }

namespace {

absl::Status CheckEtag(const store::UserKeys& now, const std::string& etag) {
  return etag.empty() || etag == EtagOf(now) ? absl::OkStatus() : errors::EtagMismatch();
}

}  // namespace

KeyLifecycle::KeyLifecycle(const MasterKeys& keks, store::KeyStore& store, UserKeys& users,
                           const Clock& clock, crypto::Random& random, const Options& options)
    : keks_(keks),
      store_(store),
      users_(users),
      clock_(clock),
      random_(random),
      options_(options) {}

void KeyLifecycle::Get(std::string user_id, Callback done) {
  if (keks_.current() == nullptr) return done(errors::EncryptionDisabled());
  store_.Find(std::move(user_id), std::move(done));
}

void KeyLifecycle::Rotate(std::string user_id, std::string request_id, std::string etag,
                          Callback done) {
  if (options_.legacy_shared) return done(errors::LegacyShared("rotation"));
  if (request_id.size() > kMaxRequestId) {
    return done(errors::InvalidRequest(
        absl::StrCat("request_id is longer than ", kMaxRequestId, " bytes")));
  }
  // A retry holds the etag from before it: the verb itself looks at it.
  Update(
      std::move(user_id), "",
      [this, request_id = std::move(request_id),
       etag = std::move(etag)](const store::UserKeys& now) -> transitions::Next {
        const absl::Status status = CheckEtag(now, etag);
        if (!status.ok() && !transitions::IsRepeated(now, request_id)) return status;
        return transitions::Rotate(now, request_id, [&](uint32_t version) {
          return WrapNewKey(*keks_.current(), now.user_id, version, clock_.Now(), random_);
        });
      },
      std::move(done));
}

void KeyLifecycle::Disable(std::string user_id, uint32_t version, std::string etag, Callback done) {
  Update(
      std::move(user_id), std::move(etag),
      [version](const store::UserKeys& now) {
        return version == 0 ? transitions::Disable(now) : transitions::DisableVersion(now, version);
      },
      std::move(done));
}

void KeyLifecycle::Enable(std::string user_id, uint32_t version, std::string etag, Callback done) {
  Update(
      std::move(user_id), std::move(etag),
      [version](const store::UserKeys& now) {
        return version == 0 ? transitions::Enable(now) : transitions::EnableVersion(now, version);
      },
      std::move(done));
}

void KeyLifecycle::SetMinimumVersion(std::string user_id, uint32_t min_version, std::string etag,
                                     Callback done) {
  Update(
      std::move(user_id), std::move(etag),
      [min_version](const store::UserKeys& now) {
        return transitions::SetMinimumVersion(now, min_version);
      },
      std::move(done));
}

void KeyLifecycle::Delete(std::string user_id, std::string etag, Callback done) {
  const int64_t purge_at = absl::ToUnixMicros(clock_.Now() + options_.delete_grace);
  Update(
      std::move(user_id), std::move(etag),
      [purge_at](const store::UserKeys& now) { return transitions::Delete(now, purge_at); },
      std::move(done));
}

void KeyLifecycle::Undelete(std::string user_id, std::string etag, Callback done) {
  Update(std::move(user_id), std::move(etag), transitions::Undelete, std::move(done));
}

void KeyLifecycle::Destroy(std::string user_id, std::string etag, Callback done) {
  if (etag.empty()) return done(errors::InvalidRequest("etag is missing"));
  Update(std::move(user_id), std::move(etag), transitions::Destroy, std::move(done));
}

void KeyLifecycle::Purge(std::vector<std::string> user_ids, PurgeCallback done) {
  std::vector<std::string> to_change = user_ids;
  store_.UpdateMany(
      std::move(to_change),
      [now_micros = absl::ToUnixMicros(clock_.Now())](const store::UserKeys& now) {
        return transitions::Purge(now, now_micros);
      },
      [this, user_ids = std::move(user_ids), done = std::move(done)](auto purged) mutable {
        for (const std::string& user_id : user_ids) users_.Forget(user_id);
        done(std::move(purged));
      });
}

void KeyLifecycle::Update(std::string user_id, std::string etag, Verb verb, Callback done) {
  if (keks_.current() == nullptr) return done(errors::EncryptionDisabled());
  std::string to_change = user_id;
  store_.Update(
      std::move(to_change),
      [etag = std::move(etag),
       verb = std::move(verb)](const store::UserKeys& now) -> transitions::Next {
        if (absl::Status status = CheckEtag(now, etag); !status.ok()) return status;
        return verb(now);
      },
      [this, user_id = std::move(user_id), done = std::move(done)](auto stored) mutable {
        // After an error too: what was committed may be more than what was answered.
        users_.Forget(user_id);
        done(std::move(stored));
      });
}

}  // namespace keyward::keyring
