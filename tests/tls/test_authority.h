#ifndef KEYWARD_TESTS_TLS_TEST_AUTHORITY_H_
#define KEYWARD_TESTS_TLS_TEST_AUTHORITY_H_

#include <string>

#include "absl/time/time.h"

namespace keyward::testing {

// In PEM.
struct TestCertificate {
  std::string certificate;
  std::string key;
};

enum class TestKey { kP256, kP384, kP521, kP224, kEd25519, kX25519, kRsa2048, kRsa1024 };

struct CertificateRequest {
  std::string common_name;
  TestKey key = TestKey::kP256;
  // Against the clock's time now.
  absl::Duration from = -absl::Hours(1);
  absl::Duration until = absl::Hours(1);
  std::string until_text = "";  // instead, whatever it says
  std::string names = "IP:127.0.0.1,DNS:localhost";
  std::string key_usage = "";           // empty: none
  std::string extended_key_usage = "";  // empty: none
  bool authority = false;
  bool sha1 = false;
};

// Signs certificates, with OpenSSL: what Keyward reads was not written by the library that reads
// it.
class TestAuthority {
 public:
  // Its certificate signed by itself.
  explicit TestAuthority(const std::string& name, absl::Duration until = absl::Hours(1));
  // Signed by another.
  TestAuthority(const std::string& name, const TestAuthority& parent);

  const std::string& pem() const { return own_.certificate; }
  TestCertificate Issue(const CertificateRequest& request) const;

 private:
  TestCertificate own_;
};

// A certificate that no authority signed.
TestCertificate SelfSigned(const CertificateRequest& request);

// The key under a passphrase.
std::string EncryptedKey(const std::string& key);

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TLS_TEST_AUTHORITY_H_
