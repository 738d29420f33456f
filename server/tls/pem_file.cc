#include "server/tls/pem_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/crypto/hash.h"

namespace keyward::tls {
namespace {

constexpr off_t kMaxBytes = 1024 * 1024;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }

 private:
  const int number_;
};

// The text's end is wiped memory where an error cuts it short.
absl::Status ReadAll(int file, std::string& text) {
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::InvalidArgumentError(std::strerror(errno));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  text.resize(size);
  return absl::OkStatus();
}

// The string never grows, so that no part of a key stays behind in freed memory.
absl::Status Read(const std::string& path, std::string& text, bool& others_may_read) {
  // O_NONBLOCK: a pipe in the file's place must not stop the reader.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  struct stat status;
  if (file.number() < 0 || fstat(file.number(), &status) != 0) {
    return absl::InvalidArgumentError(std::strerror(errno));
  }
  if (!S_ISREG(status.st_mode)) return absl::InvalidArgumentError("is not a regular file");
  if (status.st_size > kMaxBytes) return absl::InvalidArgumentError("is larger than 1 MiB");
  others_may_read = (status.st_mode & S_IROTH) != 0;
  text.resize(static_cast<size_t>(status.st_size));
  if (absl::Status read = ReadAll(file.number(), text); !read.ok()) return read;
  return text.empty() ? absl::InvalidArgumentError("is empty") : absl::OkStatus();
}

absl::Status ReadNamed(const std::string& flag, const std::string& path, std::string& text,
                       bool& others_may_read) {
  const absl::Status status = Read(path, text, others_may_read);
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(FileLabel(flag, path), status.message()));
}

}  // namespace

absl::StatusOr<PemFiles> ReadPemFiles(const IdentityPaths& paths) {
  PemFiles files;
  std::string& chain = files.identity.certificate_chain;
  std::string& ca = files.identity.client_ca;
  bool public_anyway = false;
  if (absl::Status status = ReadNamed("tls_cert", paths.tls_cert, chain, public_anyway);
      !status.ok()) {
    return status;
  }
  if (absl::Status status = ReadNamed("tls_client_ca", paths.tls_client_ca, ca, public_anyway);
      !status.ok()) {
    return status;
  }
  std::string key;
  const absl::Status status =
      ReadNamed("tls_key", paths.tls_key, key, files.key_readable_by_others);
  if (status.ok()) {
    files.identity.private_key = crypto::SecretBytes::CopyOf(key);
    files.fingerprint =
        absl::StrCat(crypto::Sha256Hex(chain), crypto::Sha256Hex(key), crypto::Sha256Hex(ca));
  }
  crypto::Wipe(key);
  if (!status.ok()) return status;
  return files;
}

}  // namespace keyward::tls
