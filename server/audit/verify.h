#ifndef KEYWARD_SERVER_AUDIT_VERIFY_H_
#define KEYWARD_SERVER_AUDIT_VERIFY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/audit/chain.h"

namespace keyward::audit {

// The first thing that is wrong with a log.
struct Problem {
  std::string file;
  // From 1.
  uint64_t line = 0;
  std::string what;
};

// A line's seq and mac, as they were kept elsewhere.
struct Anchor {
  uint64_t seq = 0;
  std::string mac;
};

// What stands in the lines that are right.
struct VerifiedLog {
  uint64_t files = 0;
  uint64_t lines = 0;
  uint64_t torn_lines = 0;
  uint64_t lost_events = 0;
  // Above 1 where the log's earlier files were not given.
  uint64_t first_seq = 0;
  std::string first_time;
  std::string last_time;
  ChainEnd end;
};

// Verifies a log (chain.h) from its first given line to its last: for each file, oldest first,
// BeginFile and any number of Feed; at last Finish. Memory is constant. Not thread-safe.
class Verifier {
 public:
  // `keys`: of every KEK that the log may be sealed under; they outlive the verifier.
  explicit Verifier(const std::vector<AuditKeys>& keys,
                    std::optional<Anchor> anchor = std::nullopt);

  void BeginFile(std::string_view name);
  // The next bytes of the file. False once something is wrong; more changes nothing then.
  bool Feed(std::string_view bytes);
  // Whether the file that is being fed ends within a line, as it stands.
  bool within_line() const { return !part_.empty() || long_bytes_ > 0; }
  bool Finish();

  const std::optional<Problem>& problem() const { return problem_; }
  const VerifiedLog& log() const { return log_; }

 private:
  // What is no line, and is right where a "torn_line" follows.
  struct Unknown {
    std::string file;
    uint64_t line = 0;
    TornLine content;
  };

  void EndFile();
  void EndLine(std::string_view rest);
  void AddToPart(std::string_view bytes);
  void TakeUnknown(std::string_view text);
  void TakeLine(const Line& line);
  bool TakeOpening(const Line& line);
  bool CheckTorn(const Line& line);
  bool CheckSeq(const Line& line);
  bool CheckSeal(const Line& line);
  bool CheckAnchor(const ChainEnd& end);
  const AuditKeys* Find(std::string_view kek_id) const;
  // At the line that is being read. Always false.
  bool Fail(std::string what);

  const std::vector<AuditKeys>* keys_;
  std::optional<Anchor> anchor_;
  bool anchored_ = false;

  std::string file_;
  std::string previous_file_;
  uint64_t line_ = 0;
  bool file_has_lines_ = false;
  // Of a line whose end was not fed yet. Beyond kMaxLineBytes, only its hash and size are kept.
  std::string part_;
  std::optional<crypto::Sha256Stream> long_hash_;
  uint64_t long_bytes_ = 0;
  std::optional<Unknown> unknown_;

  VerifiedLog log_;
  std::optional<Problem> problem_;
};

}  // namespace keyward::audit

#endif  // KEYWARD_SERVER_AUDIT_VERIFY_H_
