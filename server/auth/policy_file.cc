#include "server/auth/policy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <string_view>

#include "absl/strings/str_cat.h"

namespace keyward::auth {
namespace {

// Within this time of a change another one may leave all of the file's times as they are: they
// advance with the kernel's tick, and on some network file systems by whole seconds.
constexpr absl::Duration kSettleTime = absl::Seconds(2);

struct Content {
  struct stat stamp;
  std::string text;
};

// Closes what it holds.
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

bool Same(const timespec& left, const timespec& right) {
  return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}

bool SameFile(const struct stat& left, const struct stat& right) {
  return left.st_dev == right.st_dev && left.st_ino == right.st_ino &&
         left.st_size == right.st_size && Same(left.st_mtim, right.st_mtim) &&
         Same(left.st_ctim, right.st_ctim);
}

absl::Status CannotRead(const std::string& path, std::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": cannot read the policy: ", absl::string_view(why.data(), why.size())));
}

absl::StatusOr<std::string> ReadAll(const std::string& path, int descriptor) {
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t count = read(descriptor, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(path, strerror(errno));
    if (count == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
    if (text.size() > kMaxPolicyBytes) return CannotRead(path, "it is over 4 MiB");
  }
}

absl::StatusOr<Content> Read(const std::string& path) {
  // Not to wait for a writer where it is a pipe.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.number() < 0) return CannotRead(path, strerror(errno));
  Content content;
  if (fstat(file.number(), &content.stamp) != 0) return CannotRead(path, strerror(errno));
  if (!S_ISREG(content.stamp.st_mode)) return CannotRead(path, "it is no regular file");
  absl::StatusOr<std::string> text = ReadAll(path, file.number());
  if (!text.ok()) return text.status();
  content.text = *std::move(text);
  return content;
}

absl::StatusOr<Policy> ParseOf(const std::string& path, const std::string& text) {
  absl::StatusOr<Policy> policy = Policy::Parse(text);
  if (policy.ok()) return policy;
  return absl::InvalidArgumentError(absl::StrCat(path, ":", policy.status().message()));
}

}  // namespace

absl::StatusOr<PolicyFile> PolicyFile::Open(std::string path) {
  absl::StatusOr<Content> content = Read(path);
  if (!content.ok()) return content.status();
  absl::StatusOr<Policy> policy = ParseOf(path, content->text);
  if (!policy.ok()) return policy.status();
  PolicyFile file(std::move(path), *std::move(policy));
  file.stamp_ = content->stamp;
  file.text_ = std::move(content->text);
  return file;
}

bool PolicyFile::IsAsLastRead(absl::Time now) const {
  struct stat present;
  if (stat(path_.c_str(), &present) != 0 || !SameFile(present, stamp_)) return false;
  return now - absl::TimeFromTimespec(stamp_.st_ctim) > kSettleTime;
}

std::optional<absl::StatusOr<Policy>> PolicyFile::Look(absl::Time now) {
  if (trouble_.empty() && IsAsLastRead(now)) return std::nullopt;
  absl::StatusOr<Content> content = Read(path_);
  if (!content.ok()) {
    if (content.status().message() == trouble_) return std::nullopt;
    trouble_ = std::string(content.status().message());
    return content.status();
  }
  trouble_.clear();
  stamp_ = content->stamp;
  if (content->text == text_) return std::nullopt;
  text_ = std::move(content->text);
  return ParseOf(path_, text_);
}

}  // namespace keyward::auth
