#include "tests/tls/test_authority.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

#include "absl/time/clock.h"

namespace keyward::testing {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using BioPtr = std::unique_ptr<BIO, Free<BIO_free_all>>;

void Require(bool done) {
  if (!done) std::abort();
}

std::string Content(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

BioPtr Source(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

KeyPtr ReadKey(const std::string& pem) {
  return KeyPtr(PEM_read_bio_PrivateKey(Source(pem).get(), nullptr, nullptr, nullptr));
}

X509Ptr ReadCertificate(const std::string& pem) {
  return X509Ptr(PEM_read_bio_X509(Source(pem).get(), nullptr, nullptr, nullptr));
}

KeyPtr NewKey(TestKey kind) {
  switch (kind) {
    case TestKey::kP256:
      return KeyPtr(EVP_EC_gen("P-256"));
    case TestKey::kP384:
      return KeyPtr(EVP_EC_gen("P-384"));
    case TestKey::kP521:
      return KeyPtr(EVP_EC_gen("P-521"));
    case TestKey::kP224:
      return KeyPtr(EVP_EC_gen("P-224"));
    case TestKey::kEd25519:
      return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case TestKey::kX25519:
      return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
    case TestKey::kRsa2048:
      return KeyPtr(EVP_RSA_gen(2048));
    case TestKey::kRsa1024:
      return KeyPtr(EVP_RSA_gen(1024));
  }
  std::abort();
}

void AddExtension(X509* certificate, int nid, const std::string& value) {
  if (value.empty()) return;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str());
  Require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

void SetSerial(X509* certificate) {
  uint64_t serial = 0;
  Require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) == 1);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
}

X509Ptr Fill(const CertificateRequest& request, EVP_PKEY* key) {
  X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  SetSerial(certificate.get());
  const absl::Time now = absl::Now();
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(now + request.from));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(now + request.until));
  if (!request.until_text.empty()) {
    ASN1_STRING_set(X509_getm_notAfter(certificate.get()), request.until_text.c_str(), -1);
  }
  X509_set_pubkey(certificate.get(), key);
  const auto* name = reinterpret_cast<const unsigned char*>(request.common_name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, name,
                             -1, -1, 0);
  AddExtension(certificate.get(), NID_basic_constraints,
               request.authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  AddExtension(certificate.get(), NID_subject_alt_name, request.names);
  AddExtension(certificate.get(), NID_key_usage, request.key_usage);
  AddExtension(certificate.get(), NID_ext_key_usage, request.extended_key_usage);
  return certificate;
}

void Sign(X509* certificate, X509_NAME* issuer, EVP_PKEY* key, bool sha1) {
  X509_set_issuer_name(certificate, issuer);
  const bool ed25519 = EVP_PKEY_get_id(key) == EVP_PKEY_ED25519;
  Require(X509_sign(certificate, key, ed25519 ? nullptr : sha1 ? EVP_sha1() : EVP_sha256()) > 0);
}

TestCertificate Write(X509* certificate, EVP_PKEY* key) {
  const BioPtr certificate_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_pem.get(), certificate);
  const BioPtr key_pem(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(key_pem.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return {Content(certificate_pem), Content(key_pem)};
}

}  // namespace

TestCertificate SelfSigned(const CertificateRequest& request) {
  const KeyPtr key = NewKey(request.key);
  const X509Ptr certificate = Fill(request, key.get());
  Sign(certificate.get(), X509_get_subject_name(certificate.get()), key.get(), request.sha1);
  return Write(certificate.get(), key.get());
}

TestAuthority::TestAuthority(const std::string& name, absl::Duration until)
    : own_(SelfSigned({.common_name = name, .until = until, .names = "", .authority = true})) {}

TestAuthority::TestAuthority(const std::string& name, const TestAuthority& parent)
    : own_(parent.Issue({.common_name = name, .names = "", .authority = true})) {}

TestCertificate TestAuthority::Issue(const CertificateRequest& request) const {
  const KeyPtr key = NewKey(request.key);
  const X509Ptr certificate = Fill(request, key.get());
  Sign(certificate.get(), X509_get_subject_name(ReadCertificate(own_.certificate).get()),
       ReadKey(own_.key).get(), request.sha1);
  return Write(certificate.get(), key.get());
}

std::string EncryptedKey(const std::string& key) {
  const BioPtr pem(BIO_new(BIO_s_mem()));
  Require(PEM_write_bio_PrivateKey(pem.get(), ReadKey(key).get(), EVP_aes_256_cbc(), nullptr, 0,
                                   nullptr, const_cast<char*>("passphrase")) == 1);
  return Content(pem);
}

}  // namespace keyward::testing
