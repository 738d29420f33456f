#ifndef KEYWARD_SERVER_TLS_IDENTITY_H_
#define KEYWARD_SERVER_TLS_IDENTITY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/crypto/secret_bytes.h"

namespace keyward::tls {

// The flags' files that an identity comes from.
struct IdentityPaths {
  std::string tls_cert;
  std::string tls_key;
  std::string tls_client_ca;
};

// What a TLS server shows, and whom it trusts; PEM texts.
struct Identity {
  std::string certificate_chain;    // the server's own certificate first, each issued by the next
  crypto::SecretBytes private_key;  // of the first
  std::string client_ca;            // who may vouch for clients
};

// What the server's own certificate says.
struct IdentityInfo {
  std::string subject;             // CN=…,O=…
  std::vector<std::string> names;  // dns:…, ip:…, uri:…
  std::string serial;              // hex
  absl::Time not_before;
  absl::Time not_after;
};

// "FLAG: PATH: ", the beginning of a line for the operator that names what is wrong with a file.
std::string FileLabel(const std::string& flag, const std::string& path);

// Whether gRPC could serve with `identity` at `now`, and clients would have reason to accept it:
// all parses, the chain is in order and strong enough, the certificate is a server's, within its
// time and has this private key, and the client CA holds an authority that has not expired. An
// error is one line that names the file; it never holds anything of the private key.
absl::StatusOr<IdentityInfo> CheckIdentity(const Identity& identity, const IdentityPaths& paths,
                                           absl::Time now);

}  // namespace keyward::tls

#endif  // KEYWARD_SERVER_TLS_IDENTITY_H_
