#include "server/crypto/certificate.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keyward::crypto {
namespace {

constexpr size_t kMaxPemBytes = std::numeric_limits<int>::max();

size_t Count(std::string_view text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) {
    ++count;
  }
  return count;
}

// The PEM reader takes what is left of a text that was cut short for a text with fewer blocks.
bool IsCutShort(std::string_view pem) {
  constexpr std::string_view kEnd = "-----END ";
  if (Count(pem, "-----BEGIN ") != Count(pem, kEnd)) return true;
  const size_t last = pem.rfind(kEnd);
  if (last == pem.npos) return false;
  const size_t close = pem.find("-----", last + kEnd.size());
  return close == pem.npos || pem.find("\n-", close) != pem.npos;
}

absl::Status CheckText(std::string_view pem) {
  if (pem.find("-----BEGIN ") == pem.npos) return absl::InvalidArgumentError("is not PEM");
  if (pem.size() > kMaxPemBytes) return absl::InvalidArgumentError("is too large");
  // gRPC takes PEM as C strings.
  if (pem.find('\0') != pem.npos) return absl::InvalidArgumentError("holds a NUL byte");
  if (IsCutShort(pem)) return absl::InvalidArgumentError("is cut short");
  return absl::OkStatus();
}

bssl::UniquePtr<BIO> Reader(std::string_view text) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// For keys with a passphrase: nobody is there to be asked.
int NoPassphrase(char*, int, int, void*) { return 0; }

bool FailedFor(int library, int reason) {
  const uint32_t error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == library && ERR_GET_REASON(error) == reason;
}

bool ToTime(const ASN1_TIME* time, absl::Time& out) {
  int64_t seconds = 0;
  if (ASN1_TIME_to_posix(time, &seconds) != 1) return false;
  out = absl::FromUnixSeconds(seconds);
  return true;
}

std::string Text(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

std::string AddressText(const ASN1_OCTET_STRING* address) {
  char text[INET6_ADDRSTRLEN] = "";
  const int size = ASN1_STRING_length(address);
  if (size == 4 || size == 16) {
    inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(address), text, sizeof(text));
  }
  return text;
}

absl::Status CheckKeyStrength(const EVP_PKEY* key) {
  switch (EVP_PKEY_id(key)) {
    case EVP_PKEY_RSA:
      if (EVP_PKEY_bits(key) >= 2048) return absl::OkStatus();
      return absl::InvalidArgumentError(
          absl::StrCat("has an RSA key of ", EVP_PKEY_bits(key), " bits; 2048 are the least"));
    case EVP_PKEY_EC: {
      const int curve = EC_GROUP_get_curve_name(EC_KEY_get0_group(EVP_PKEY_get0_EC_KEY(key)));
      if (curve == NID_X9_62_prime256v1 || curve == NID_secp384r1 || curve == NID_secp521r1) {
        return absl::OkStatus();
      }
      return absl::InvalidArgumentError("has a key on a curve other than P-256, P-384 and P-521");
    }
    case EVP_PKEY_ED25519:
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError("has a key that is not RSA, EC or Ed25519");
  }
}

bool IsWeakSignature(int signature_nid) {
  int digest = NID_undef;
  if (OBJ_find_sigid_algs(signature_nid, &digest, nullptr) != 1) return false;
  return digest == NID_md4 || digest == NID_md5 || digest == NID_sha1;
}

}  // namespace

void Certificate::Free::operator()(x509_st* certificate) const { X509_free(certificate); }

absl::StatusOr<Certificate> Certificate::Adopt(x509_st* certificate) {
  Certificate result(certificate, absl::Time(), absl::Time());
  if (!ToTime(X509_get0_notBefore(certificate), result.not_before_) ||
      !ToTime(X509_get0_notAfter(certificate), result.not_after_)) {
    return absl::InvalidArgumentError("has a certificate with an unreadable time");
  }
  return result;
}

absl::StatusOr<std::vector<Certificate>> Certificate::ParsePem(std::string_view pem) {
  if (absl::Status status = CheckText(pem); !status.ok()) return status;
  const bssl::UniquePtr<BIO> reader = Reader(pem);
  std::vector<Certificate> certificates;
  ERR_clear_error();
  while (X509* next = PEM_read_bio_X509(reader.get(), nullptr, NoPassphrase, nullptr)) {
    auto certificate = Adopt(next);
    if (!certificate.ok()) return certificate.status();
    certificates.push_back(*std::move(certificate));
  }
  const bool at_end = FailedFor(ERR_LIB_PEM, PEM_R_NO_START_LINE);
  ERR_clear_error();
  if (!at_end) {
    return absl::InvalidArgumentError(
        absl::StrCat("certificate ", certificates.size() + 1, " is malformed"));
  }
  if (certificates.empty()) return absl::InvalidArgumentError("holds no certificate");
  return certificates;
}

std::string Certificate::Subject() const {
  const bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate_.get()), 0, XN_FLAG_RFC2253);
  const uint8_t* text = nullptr;
  size_t size = 0;
  BIO_mem_contents(out.get(), &text, &size);
  return {reinterpret_cast<const char*>(text), size};
}

std::string Certificate::Serial() const {
  const bssl::UniquePtr<BIGNUM> number(
      ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate_.get()), nullptr));
  const bssl::UniquePtr<char> hex(number == nullptr ? nullptr : BN_bn2hex(number.get()));
  return hex == nullptr ? "" : hex.get();
}

std::vector<std::string> Certificate::Names() const {
  const bssl::UniquePtr<GENERAL_NAMES> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate_.get(), NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (size_t i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) names.push_back("dns:" + Text(name->d.dNSName));
    if (name->type == GEN_URI) names.push_back("uri:" + Text(name->d.uniformResourceIdentifier));
    if (name->type == GEN_IPADD) names.push_back("ip:" + AddressText(name->d.iPAddress));
  }
  return names;
}

bool Certificate::IsAuthority() const { return X509_check_ca(certificate_.get()) == 1; }

bool Certificate::IsForServers() const {
  return X509_check_purpose(certificate_.get(), X509_PURPOSE_SSL_SERVER, /*ca=*/0) == 1;
}

bool Certificate::IsIssuedBy(const Certificate& issuer) const {
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(issuer.certificate_.get()));
  const bool issued =
      key != nullptr &&
      X509_check_issued(issuer.certificate_.get(), certificate_.get()) == X509_V_OK &&
      X509_verify(certificate_.get(), key.get()) == 1;
  ERR_clear_error();
  return issued;
}

absl::Status Certificate::CheckStrength() const {
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(certificate_.get()));
  ERR_clear_error();
  if (key == nullptr) return absl::InvalidArgumentError("has a key of an unknown kind");
  if (absl::Status status = CheckKeyStrength(key.get()); !status.ok()) return status;
  if (IsWeakSignature(X509_get_signature_nid(certificate_.get())) && !IsIssuedBy(*this)) {
    return absl::InvalidArgumentError("is signed over MD5 or SHA-1");
  }
  return absl::OkStatus();
}

absl::Status Certificate::CheckPrivateKey(std::string_view pem) const {
  if (absl::Status status = CheckText(pem); !status.ok()) return status;
  const bssl::UniquePtr<BIO> reader = Reader(pem);
  ERR_clear_error();
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(reader.get(), nullptr, NoPassphrase, nullptr));
  const bool none = FailedFor(ERR_LIB_PEM, PEM_R_NO_START_LINE);
  const bool encrypted = FailedFor(ERR_LIB_PEM, PEM_R_BAD_PASSWORD_READ);
  const bool belongs = key != nullptr && X509_check_private_key(certificate_.get(), key.get()) == 1;
  ERR_clear_error();
  if (none) return absl::InvalidArgumentError("holds no private key");
  if (encrypted) return absl::InvalidArgumentError("is encrypted with a passphrase");
  if (key == nullptr) return absl::InvalidArgumentError("holds a malformed private key");
  if (!belongs) return absl::InvalidArgumentError("is not the key of the certificate");
  return absl::OkStatus();
}

}  // namespace keyward::crypto
