#ifndef KEYWARD_CLIENT_CLI_TRIAL_AUTHORITY_H_
#define KEYWARD_CLIENT_CLI_TRIAL_AUTHORITY_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace keyward::cli {

// A certificate and its private key, in PEM; the key is wiped when it ends.
struct TrialIdentity {
  TrialIdentity() = default;
  TrialIdentity(TrialIdentity&&) = default;
  TrialIdentity& operator=(TrialIdentity&&) = default;
  ~TrialIdentity();

  std::string certificate;
  std::string private_key;
};

// A certificate authority for trying mTLS out: P-256 keys, SHA-256. Its own key is never written,
// and ends with it, so that nobody can have it sign another certificate.
class TrialAuthority {
 public:
  // What it signs is valid from now, less a little for clocks that differ, for `lifetime`.
  static absl::StatusOr<TrialAuthority> New(absl::Duration lifetime);

  absl::StatusOr<std::string> CertificatePem() const;
  // `hosts`: DNS names and IP addresses.
  absl::StatusOr<TrialIdentity> IssueServer(const std::vector<std::string>& hosts) const;
  absl::StatusOr<TrialIdentity> IssueClient(const std::string& dns_name) const;
  absl::StatusOr<TrialIdentity> IssueSpiffeClient(const std::string& uri) const;

 private:
  struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
  using Certificate = std::unique_ptr<X509, FreeCertificate>;
  struct Request;

  explicit TrialAuthority(absl::Duration lifetime);

  // Null where OpenSSL fails.
  Certificate Sign(const Request& request, EVP_PKEY* key) const;
  absl::StatusOr<TrialIdentity> Issue(const Request& request) const;

  const absl::Time not_before_;
  const absl::Time not_after_;
  Key key_;
  Certificate certificate_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_TRIAL_AUTHORITY_H_
