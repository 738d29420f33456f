#ifndef KEYWARD_SERVER_AUTH_PRINCIPAL_H_
#define KEYWARD_SERVER_AUTH_PRINCIPAL_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace keyward::auth {

// What a certificate of the client CA says about whose it is, in the certificate's order. Byte for
// byte: nothing has been taken off or made readable.
struct CertificateNames {
  std::vector<std::string> uris;
  std::vector<std::string> dns_names;
  std::vector<std::string> common_names;
};

// Who calls, as the policy, the limits and the audit log name it. Its first word says how that is
// known, and nothing that a certificate holds can make one kind look like another:
//
//   spiffe://TRUST_DOMAIN/PATH · dns:NAME · cn:NAME · unix:PATH · loopback · anonymous
class Principal {
 public:
  // By the URI name, else the first DNS name (in lower case), else the common name; what a stronger
  // kind says wrongly is refused, and never made up for by a weaker one. Refused,
  // errors::Unauthenticated, are
  //  - more than one URI name, and one that is no SPIFFE id of a workload: such a certificate was
  //  issued
  //    for some other use, and must not pass for its DNS name;
  //  - more than one common name, where that would be the principal;
  //  - a name that is empty, over 512 bytes (a SPIFFE id: 2 048), not UTF-8, or has control bytes;
  //  - no name at all.
  static absl::StatusOr<Principal> OfCertificate(const CertificateNames& names);
  // Of the socket that the server listens on; the mode of its file says who may connect.
  static Principal OfUnixSocket(std::string_view path);
  static const Principal& Loopback();
  // A peer of a listener of --insecure_listen.
  static const Principal& Anonymous();

  // The principal whose text that is; INVALID_ARGUMENT where there can be none.
  static absl::StatusOr<Principal> Parse(std::string_view text);

  const std::string& text() const { return text_; }

  friend bool operator==(const Principal&, const Principal&) = default;

 private:
  explicit Principal(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_PRINCIPAL_H_
