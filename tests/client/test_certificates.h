#ifndef KEYWARD_TESTS_CLIENT_TEST_CERTIFICATES_H_
#define KEYWARD_TESTS_CLIENT_TEST_CERTIFICATES_H_

#include <string>

namespace keyward::client {

// In PEM.
struct Certificate {
  std::string certificate;
  std::string key;
};

// A P-256 key with a certificate that it signed itself, for 127.0.0.1 and "localhost", valid for an
// hour: it is its own authority.
Certificate MakeSelfSignedCertificate(const std::string& common_name);

}  // namespace keyward::client

#endif  // KEYWARD_TESTS_CLIENT_TEST_CERTIFICATES_H_
