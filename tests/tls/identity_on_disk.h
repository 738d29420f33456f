#ifndef KEYWARD_TESTS_TLS_IDENTITY_ON_DISK_H_
#define KEYWARD_TESTS_TLS_IDENTITY_ON_DISK_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "server/tls/identity_observer.h"
#include "tests/testing/temporary_folder.h"
#include "tests/tls/test_authority.h"

namespace keyward::testing {

// The three files of an identity, in a folder of their own.
class IdentityOnDisk {
 public:
  tls::IdentityPaths paths() const {
    return {Path("server.pem"), Path("server.key"), Path("ca.pem")};
  }
  std::string Path(const std::string& name) const { return folder_.File(name); }

  // Rewritten in place.
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream file(Path(name), std::ios::binary | std::ios::trunc);
    if (!(file << text).flush()) std::abort();
    std::filesystem::permissions(
        Path(name), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  void WriteServer(const TestCertificate& server) const {
    Write("server.pem", server.certificate);
    Write("server.key", server.key);
  }

 private:
  const TemporaryFolder folder_;
};

// Keeps what it is told.
class RecordingObserver : public tls::IdentityObserver {
 public:
  void OnReloaded(const tls::IdentityInfo& info) override { reloaded.push_back(info.subject); }
  void OnRefused(const absl::Status& why) override {
    refused.push_back(std::string(why.message()));
  }
  void OnExpiryNear(const tls::IdentityInfo&, absl::Duration left) override {
    expiring.push_back(left);
  }
  void OnKeyReadableByOthers(const std::string& path) override { readable.push_back(path); }

  std::vector<std::string> reloaded;
  std::vector<std::string> refused;
  std::vector<absl::Duration> expiring;
  std::vector<std::string> readable;
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TLS_IDENTITY_ON_DISK_H_
