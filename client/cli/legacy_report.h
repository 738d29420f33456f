#ifndef KEYWARD_CLIENT_CLI_LEGACY_REPORT_H_
#define KEYWARD_CLIENT_CLI_LEGACY_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "client/cli/late_progress.h"
#include "client/cli/output.h"

namespace keyward::cli {

// What becomes of a legacy database's rows: counted by name, and a line for each that is not well.
class LegacyReport {
 public:
  // Both must outlive it.
  LegacyReport(Output& output, LateProgress& progress) : output_(output), progress_(progress) {}

  void Count(std::string_view name) { ++counts_[std::string(name)]; }
  // `reason`, such as "STORED_KEY_CORRUPT", is told with the user, and counted as `name`.
  void Fault(std::string_view name, const std::string& user_id, std::string_view reason);

  // False once nobody takes what it tells.
  bool output_works() const { return output_works_; }
  std::uint64_t faults() const { return faults_; }
  std::uint64_t rows() const;
  std::uint64_t count(std::string_view name) const;

 private:
  Output& output_;
  LateProgress& progress_;
  bool output_works_ = true;
  std::uint64_t faults_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_LEGACY_REPORT_H_
