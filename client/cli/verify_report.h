#ifndef KEYWARD_CLIENT_CLI_VERIFY_REPORT_H_
#define KEYWARD_CLIENT_CLI_VERIFY_REPORT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/cli/late_progress.h"
#include "client/cli/output.h"
#include "server/keyring/kek.h"
#include "server/keyring/stored_keys_check.h"
#include "server/store/key_store.h"

namespace keyward::cli {

// What keyward verify finds, told as it comes, and summed up at the end.
class VerifyReport {
 public:
  // All must outlive it.
  VerifyReport(const keyring::MasterKeys& keks, Output& output, LateProgress& progress);

  // `what` is wrong with the file, and not with a row.
  void FileDamage(absl::string_view what);
  void User(const store::UserKeys& user, const std::vector<keyring::FoundFault>& faults);

  // How many there were so far.
  std::uint64_t versions() const { return versions_; }
  // False once nobody takes what it tells.
  bool output_works() const { return output_works_; }

  // `path` is for the message.
  ExitStatus Finish(std::string_view path);

 private:
  struct Kek {
    std::uint64_t versions = 0;
    bool loaded = false;
    bool current = false;
  };

  // `whose` and a colon stand before it; `object` gets reason and message.
  void Fault(const std::string& whose, std::string_view reason, std::string_view what,
             JsonObject object);
  ExitStatus Sum(ExitStatus status);
  std::string KekLines() const;
  std::string KekArray() const;
  std::string FaultCounts() const;

  Output& output_;
  LateProgress& progress_;
  bool output_works_ = true;
  std::uint64_t users_ = 0;
  std::uint64_t versions_ = 0;
  std::uint64_t destroyed_ = 0;
  std::uint64_t faults_ = 0;
  // By their ids as 16 hex digits.
  std::map<std::string, Kek> keks_;
  // How many of each reason.
  std::map<std::string, std::uint64_t, std::less<>> reasons_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_VERIFY_REPORT_H_
