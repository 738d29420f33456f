#include "server/audit/verify.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace keyward::audit {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

Verifier::Verifier(const std::vector<AuditKeys>& keys, std::optional<Anchor> anchor)
    : keys_(&keys), anchor_(std::move(anchor)) {}

void Verifier::BeginFile(std::string_view name) {
  EndFile();
  previous_file_ = std::exchange(file_, std::string(name));
  line_ = 0;
  file_has_lines_ = false;
  ++log_.files;
}

bool Verifier::Feed(std::string_view bytes) {
  while (!problem_ && !bytes.empty()) {
    const size_t newline = bytes.find('\n');
    if (newline == std::string_view::npos) {
      AddToPart(bytes);
      break;
    }
    EndLine(bytes.substr(0, newline));
    bytes.remove_prefix(newline + 1);
  }
  return !problem_;
}

bool Verifier::Finish() {
  EndFile();
  if (problem_) return false;
  if (unknown_) {
    problem_ = {unknown_->file, unknown_->line,
                "the line is not complete: the server is writing it, or stopped while it did, or "
                "what follows was cut off"};
    return false;
  }
  if (log_.lines == 0) return Fail("there is no line");
  if (!anchor_ || anchored_) return true;
  return log_.end.seq < anchor_->seq
             ? Fail(absl::StrCat("the log ends with seq ", log_.end.seq, ", before the anchor's ",
                                 anchor_->seq, ": its end was cut off"))
             : Fail(absl::StrCat("the log begins with seq ", log_.first_seq,
                                 ", after the anchor's: earlier files are missing"));
}

void Verifier::AddToPart(std::string_view bytes) {
  part_.append(bytes);
  if (part_.size() <= kMaxLineBytes) return;
  if (!long_hash_) long_hash_.emplace();
  long_hash_->Add(part_);
  long_bytes_ += part_.size();
  part_.clear();
}

void Verifier::EndLine(std::string_view rest) {
  ++line_;
  if (within_line()) {
    AddToPart(rest);
    rest = part_;
  }
  const std::optional<Line> line = long_hash_ ? std::nullopt : ParseLine(rest);
  if (line) {
    TakeLine(*line);
  } else {
    TakeUnknown(rest);
  }
  part_.clear();
}

void Verifier::EndFile() {
  if (problem_ || !within_line()) return;
  ++line_;
  TakeUnknown(part_);
  part_.clear();
}

void Verifier::TakeUnknown(std::string_view text) {
  if (unknown_) {
    problem_ = {unknown_->file, unknown_->line, "this is no line of an audit log"};
    return;
  }
  if (!long_hash_) long_hash_.emplace();
  long_hash_->Add(text);
  unknown_ = Unknown{file_, line_, {long_bytes_ + text.size(), long_hash_->FinishHex()}};
  long_hash_.reset();
  long_bytes_ = 0;
}

void Verifier::TakeLine(const Line& line) {
  if (!CheckTorn(line)) return;
  if (line.opening ? !TakeOpening(line) : !CheckSeq(line)) return;
  if (!CheckSeal(line)) return;
  log_.end.seq = line.seq;
  log_.end.kek_id = line.kek_id;
  log_.end.mac = line.mac;
  if (!CheckAnchor(log_.end)) return;
  file_has_lines_ = true;
  ++log_.lines;
  log_.lost_events += LostEvents(line);
  if (log_.first_time.empty()) log_.first_time = line.time;
  log_.last_time = line.time;
}

bool Verifier::CheckTorn(const Line& line) {
  const bool tells = line.opening && line.opening->torn;
  if (!unknown_) {
    // It may be the end of a file before the first one given.
    const bool may_be_earlier = log_.files == 1 && line_ == 1 && line.seq > 1;
    return !tells || may_be_earlier ||
           Fail("the torn line of which this one tells is not before it");
  }
  const Unknown unknown = *std::exchange(unknown_, std::nullopt);
  if (tells && *line.opening->torn == unknown.content) {
    ++log_.torn_lines;
    return true;
  }
  problem_ = {unknown.file, unknown.line, "this is no line of an audit log"};
  return false;
}

bool Verifier::TakeOpening(const Line& line) {
  const ChainEnd& previous = line.opening->previous;
  if (log_.lines == 0) {
    log_.first_seq = line.seq;
    log_.end = previous;
    return CheckAnchor(previous);
  }
  if (previous == log_.end) return true;
  if (file_has_lines_) return CheckSeq(line) && Fail("this does not continue the line before it");
  return Fail(absl::StrCat("this does not continue ", previous_file_, ": it follows seq ",
                           previous.seq, ", and that ends with seq ", log_.end.seq));
}

bool Verifier::CheckSeq(const Line& line) {
  if (!file_has_lines_) return Fail("the file's first lines are missing");
  const uint64_t next = log_.end.seq + 1;
  if (line.seq == next) return true;
  if (line.seq < next) {
    return Fail(absl::StrCat("the line has seq ", line.seq, " where ", next,
                             " should be: it is repeated or moved"));
  }
  return Fail(absl::StrCat("the line has seq ", line.seq, " where ", next,
                           " should be: ", line.seq - next, " lines are missing or moved"));
}

bool Verifier::CheckSeal(const Line& line) {
  if (!line.opening && line.kek_id != log_.end.kek_id) {
    return Fail(absl::StrCat("the line names KEK ", View(line.kek_id), " among lines of KEK ",
                             log_.end.kek_id));
  }
  const AuditKeys* keys = Find(line.kek_id);
  if (keys == nullptr) {
    return Fail(
        absl::StrCat("the line is sealed under KEK ", View(line.kek_id), ", which is not given"));
  }
  if (IsSealed(line, log_.end.mac, keys->line_key)) return true;
  return Fail("the line's mac is wrong: it was changed, or made without the KEK");
}

bool Verifier::CheckAnchor(const ChainEnd& end) {
  if (!anchor_ || anchor_->seq != end.seq) return true;
  anchored_ = true;
  return end.mac == anchor_->mac ||
         Fail(absl::StrCat("the mac of seq ", end.seq,
                           " is not the anchor's: the log is not the one "
                           "from which that was taken"));
}

const AuditKeys* Verifier::Find(std::string_view kek_id) const {
  const auto found = std::find_if(keys_->begin(), keys_->end(),
                                  [&](const AuditKeys& each) { return each.kek_id == kek_id; });
  return found == keys_->end() ? nullptr : &*found;
}

bool Verifier::Fail(std::string what) {
  problem_ = {file_, line_, std::move(what)};
  return false;
}

}  // namespace keyward::audit
