#ifndef KEYWARD_SERVER_CRYPTO_CERTIFICATE_H_
#define KEYWARD_SERVER_CRYPTO_CERTIFICATE_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct x509_st;

namespace keyward::crypto {

// An X.509 certificate (RFC 5280). Immutable, so threads may share it. An error's message says what
// is wrong, without naming a file and without a byte of what was read; it fits after "FILE: ".
class Certificate {
 public:
  // All certificates of a PEM text, in its order; at least one. A text that is cut short is
  // refused. What stands between the certificates, private keys too, is passed over.
  static absl::StatusOr<std::vector<Certificate>> ParsePem(std::string_view pem);

  // As RFC 2253 writes it: CN=…,O=…
  std::string Subject() const;
  // In lower-case hex.
  std::string Serial() const;
  // The alternative names: dns:…, ip:…, uri:…
  std::vector<std::string> Names() const;
  absl::Time not_before() const { return not_before_; }
  absl::Time not_after() const { return not_after_; }

  // Whether it may vouch for others.
  bool IsAuthority() const;
  // Whether its key usages let a TLS server show it.
  bool IsForServers() const;
  // Whether `issuer` made it: the name fits and the signature holds.
  bool IsIssuedBy(const Certificate& issuer) const;
  // RSA keys from 2048 bits, P-256, P-384, P-521 and Ed25519; no signature, but its own, over MD5
  // or SHA-1.
  absl::Status CheckStrength() const;
  // Whether the first private key of a PEM text is readable without a passphrase, and this
  // certificate's.
  absl::Status CheckPrivateKey(std::string_view pem) const;

 private:
  struct Free {
    void operator()(x509_st* certificate) const;
  };

  Certificate(x509_st* certificate, absl::Time not_before, absl::Time not_after)
      : certificate_(certificate), not_before_(not_before), not_after_(not_after) {}
  static absl::StatusOr<Certificate> Adopt(x509_st* certificate);

  std::unique_ptr<x509_st, Free> certificate_;
  absl::Time not_before_;
  absl::Time not_after_;
};

}  // namespace keyward::crypto

#endif  // KEYWARD_SERVER_CRYPTO_CERTIFICATE_H_
