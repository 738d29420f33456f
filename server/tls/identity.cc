#include "server/tls/identity.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/crypto/certificate.h"

namespace keyward::tls {
namespace {

using crypto::Certificate;
using Certificates = std::vector<Certificate>;

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

absl::Status Wrong(const std::string& label, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(label, what));
}

absl::Status Wrong(const std::string& label, const absl::Status& what) {
  return absl::InvalidArgumentError(absl::StrCat(label, what.message()));
}

absl::Status CheckChain(const Certificates& chain, const std::string& label) {
  for (size_t i = 0; i < chain.size(); ++i) {
    if (absl::Status status = chain[i].CheckStrength(); !status.ok()) {
      return Wrong(absl::StrCat(label, "certificate ", i + 1, " "), status);
    }
    if (i + 1 < chain.size() && !chain[i].IsIssuedBy(chain[i + 1])) {
      return Wrong(label,
                   absl::StrCat("certificate ", i + 1, " is not issued by the next, ", i + 2));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOwn(const Certificate& own, const std::string& label, absl::Time now) {
  if (now < own.not_before()) {
    return Wrong(label, absl::StrCat("is not valid before ", TimeText(own.not_before())));
  }
  if (now > own.not_after()) {
    return Wrong(label, absl::StrCat("has expired at ", TimeText(own.not_after())));
  }
  if (!own.IsForServers()) return Wrong(label, "is not for servers, by its key usage");
  return absl::OkStatus();
}

absl::Status CheckClientCa(const std::string& pem, const std::string& label, absl::Time now) {
  const auto certificates = Certificate::ParsePem(pem);
  if (!certificates.ok()) return Wrong(label, certificates.status());
  if (std::none_of(certificates->begin(), certificates->end(),
                   [](const Certificate& each) { return each.IsAuthority(); })) {
    return Wrong(label, "holds no certificate of an authority (CA:TRUE)");
  }
  if (std::none_of(certificates->begin(), certificates->end(), [&](const Certificate& each) {
        return each.IsAuthority() && now <= each.not_after();
      })) {
    return Wrong(label, "every authority in it has expired");
  }
  return absl::OkStatus();
}

}  // namespace

std::string FileLabel(const std::string& flag, const std::string& path) {
  return absl::StrCat("--", flag, ": ", path, ": ");
}

absl::StatusOr<IdentityInfo> CheckIdentity(const Identity& identity, const IdentityPaths& paths,
                                           absl::Time now) {
  const std::string label = FileLabel("tls_cert", paths.tls_cert);
  const auto chain = Certificate::ParsePem(identity.certificate_chain);
  if (!chain.ok()) return Wrong(label, chain.status());
  const Certificate& own = chain->front();
  if (absl::Status status = CheckChain(*chain, label); !status.ok()) return status;
  if (absl::Status status = CheckOwn(own, label, now); !status.ok()) return status;
  if (absl::Status status = own.CheckPrivateKey(identity.private_key.ExposeSecret());
      !status.ok()) {
    return Wrong(FileLabel("tls_key", paths.tls_key), status);
  }
  const std::string ca_label = FileLabel("tls_client_ca", paths.tls_client_ca);
  if (absl::Status status = CheckClientCa(identity.client_ca, ca_label, now); !status.ok()) {
    return status;
  }
  return IdentityInfo{.subject = own.Subject(),
                      .names = own.Names(),
                      .serial = own.Serial(),
                      .not_before = own.not_before(),
                      .not_after = own.not_after()};
}

}  // namespace keyward::tls
