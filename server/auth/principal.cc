#include "server/auth/principal.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "server/auth/spiffe_id.h"
#include "server/errors/errors.h"
#include "server/text/text.h"

namespace keyward::auth {
namespace {

constexpr size_t kMaxNameBytes = 512;
constexpr std::string_view kDns = "dns:";
constexpr std::string_view kCn = "cn:";
constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kLoopback = "loopback";
constexpr std::string_view kAnonymous = "anonymous";

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && !text::HasControlBytes(name) &&
         text::Utf8Prefix(name) == name.size();
}

bool HasUpperCase(std::string_view text) {
  return std::any_of(text.begin(), text.end(), absl::ascii_isupper);
}

std::string Typed(std::string_view kind, std::string_view name) {
  return std::string(kind).append(name);
}

bool IsPrincipal(std::string_view text) {
  if (text == kLoopback || text == kAnonymous || IsWorkloadSpiffeId(text)) return true;
  if (text.starts_with(kDns)) return IsName(text.substr(kDns.size())) && !HasUpperCase(text);
  if (text.starts_with(kCn)) return IsName(text.substr(kCn.size()));
  return text.starts_with(kUnix) && IsName(text.substr(kUnix.size()));
}

}  // namespace

absl::StatusOr<Principal> Principal::OfCertificate(const CertificateNames& names) {
  if (names.uris.size() > 1) {
    return errors::Unauthenticated("the certificate has more than one URI name");
  }
  if (!names.uris.empty()) {
    if (IsWorkloadSpiffeId(names.uris[0])) return Principal(names.uris[0]);
    return errors::Unauthenticated("the certificate's URI name is not the SPIFFE id of a workload");
  }
  if (!names.dns_names.empty()) {
    if (!IsName(names.dns_names[0])) {
      return errors::Unauthenticated("the certificate's first DNS name is not usable");
    }
    return Principal(Typed(kDns, absl::AsciiStrToLower(names.dns_names[0])));
  }
  if (names.common_names.size() > 1) {
    return errors::Unauthenticated("the certificate has more than one common name");
  }
  if (names.common_names.empty() || !IsName(names.common_names[0])) {
    return errors::Unauthenticated("the certificate has no usable URI, DNS or common name");
  }
  return Principal(Typed(kCn, names.common_names[0]));
}

Principal Principal::OfUnixSocket(std::string_view path) { return Principal(Typed(kUnix, path)); }

const Principal& Principal::Loopback() {
  static const Principal loopback{std::string(kLoopback)};
  return loopback;
}

const Principal& Principal::Anonymous() {
  static const Principal anonymous{std::string(kAnonymous)};
  return anonymous;
}

absl::StatusOr<Principal> Principal::Parse(std::string_view text) {
  if (IsPrincipal(text)) return Principal(std::string(text));
  return absl::InvalidArgumentError(
      "a principal is spiffe://TRUST_DOMAIN/PATH, dns:NAME in lower case, cn:NAME, unix:PATH, "
      "loopback or anonymous");
}

}  // namespace keyward::auth
