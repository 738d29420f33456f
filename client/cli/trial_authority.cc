#include "client/cli/trial_authority.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/time/clock.h"

namespace keyward::cli {
namespace {

constexpr absl::Duration kClocksDiffer = absl::Minutes(5);

absl::Status Failed() { return absl::InternalError("OpenSSL could not make a certificate"); }

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using GeneralNames = std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)>;

Bio NewMemory() { return Bio(BIO_new(BIO_s_mem()), BIO_free); }

std::string Content(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

absl::StatusOr<std::string> Pem(X509* certificate) {
  const Bio out = NewMemory();
  if (out == nullptr || PEM_write_bio_X509(out.get(), certificate) != 1) return Failed();
  return Content(out);
}

bool SetSerial(X509* certificate) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_new(), BN_free);
  return number != nullptr &&
         BN_rand(number.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetSubject(X509* certificate, const std::string& common_name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(common_name.data()),
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

bool AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value), X509_EXTENSION_free);
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Takes what it is given.
bool AddName(GENERAL_NAMES* names, int type, ASN1_STRING* value) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  if (name == nullptr || value == nullptr) return false;
  GENERAL_NAME_set0_value(name, type, value);
  return sk_GENERAL_NAME_push(names, name) > 0;
}

bool AddTextName(GENERAL_NAMES* names, int type, const std::string& text) {
  ASN1_IA5STRING* value = ASN1_IA5STRING_new();
  return value != nullptr &&
         ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1 &&
         AddName(names, type, value);
}

bool AddHost(GENERAL_NAMES* names, const std::string& host) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
  return address != nullptr ? AddName(names, GEN_IPADD, address)
                            : AddTextName(names, GEN_DNS, host);
}

}  // namespace

// What a certificate is to say.
struct TrialAuthority::Request {
  std::string common_name;
  const char* extended_key_usage = nullptr;  // null: an authority
  std::vector<std::string> hosts;
  std::string uri;

  bool AddNamesTo(X509* certificate) const {
    const GeneralNames names(GENERAL_NAMES_new(), GENERAL_NAMES_free);
    if (names == nullptr) return false;
    for (const std::string& host : hosts) {
      if (!AddHost(names.get(), host)) return false;
    }
    if (!uri.empty() && !AddTextName(names.get(), GEN_URI, uri)) return false;
    return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1;
  }

  bool AddExtensionsTo(X509* certificate, X509* issuer) const {
    const auto add = [&](int nid, const char* value) {
      return AddExtension(certificate, issuer, nid, value);
    };
    if (!add(NID_subject_key_identifier, "hash")) return false;
    if (extended_key_usage == nullptr) {
      return add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
             add(NID_key_usage, "critical,keyCertSign,cRLSign");
    }
    return add(NID_authority_key_identifier, "keyid:always") &&
           add(NID_basic_constraints, "critical,CA:FALSE") &&
           add(NID_key_usage, "critical,digitalSignature") &&
           add(NID_ext_key_usage, extended_key_usage) && AddNamesTo(certificate);
  }
};

TrialIdentity::~TrialIdentity() { OPENSSL_cleanse(private_key.data(), private_key.size()); }

TrialAuthority::TrialAuthority(absl::Duration lifetime)
    : not_before_(absl::Now() - kClocksDiffer), not_after_(absl::Now() + lifetime) {}

absl::StatusOr<TrialAuthority> TrialAuthority::New(absl::Duration lifetime) {
  TrialAuthority authority(lifetime);
  authority.key_.reset(EVP_EC_gen("P-256"));
  if (authority.key_ == nullptr) return Failed();
  authority.certificate_ =
      authority.Sign({.common_name = "Keyward trial authority"}, authority.key_.get());
  if (authority.certificate_ == nullptr) return Failed();
  return authority;
}

TrialAuthority::Certificate TrialAuthority::Sign(const Request& request, EVP_PKEY* key) const {
  Certificate certificate(X509_new());
  X509* made = certificate.get();
  X509* issuer = certificate_ == nullptr ? made : certificate_.get();
  const bool done =
      made != nullptr && X509_set_version(made, X509_VERSION_3) == 1 && SetSerial(made) &&
      ASN1_TIME_set(X509_getm_notBefore(made), absl::ToTimeT(not_before_)) != nullptr &&
      ASN1_TIME_set(X509_getm_notAfter(made), absl::ToTimeT(not_after_)) != nullptr &&
      SetSubject(made, request.common_name) &&
      X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1 &&
      X509_set_pubkey(made, key) == 1 && request.AddExtensionsTo(made, issuer) &&
      X509_sign(made, key_.get(), EVP_sha256()) > 0;
  return done ? std::move(certificate) : nullptr;
}

absl::StatusOr<std::string> TrialAuthority::CertificatePem() const {
  return Pem(certificate_.get());
}

absl::StatusOr<TrialIdentity> TrialAuthority::Issue(const Request& request) const {
  const Key key(EVP_EC_gen("P-256"));
  const Certificate certificate = key == nullptr ? nullptr : Sign(request, key.get());
  if (certificate == nullptr) return Failed();
  auto pem = Pem(certificate.get());
  const Bio key_pem = NewMemory();
  if (!pem.ok() || key_pem == nullptr ||
      PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return Failed();
  }
  TrialIdentity identity;
  identity.certificate = *std::move(pem);
  identity.private_key = Content(key_pem);
  return identity;
}

absl::StatusOr<TrialIdentity> TrialAuthority::IssueServer(
    const std::vector<std::string>& hosts) const {
  return Issue(
      {.common_name = "Keyward trial server", .extended_key_usage = "serverAuth", .hosts = hosts});
}

absl::StatusOr<TrialIdentity> TrialAuthority::IssueClient(const std::string& dns_name) const {
  return Issue({.common_name = dns_name, .extended_key_usage = "clientAuth", .hosts = {dns_name}});
}

absl::StatusOr<TrialIdentity> TrialAuthority::IssueSpiffeClient(const std::string& uri) const {
  return Issue(
      {.common_name = "Keyward trial client", .extended_key_usage = "clientAuth", .uri = uri});
}

}  // namespace keyward::cli
