// Master keys from the environment and from files. An input begins with what is set (1, see Set),
// then come the value and the previous keys' value, each ended by a NUL; the rest is what is in the
// file that both _FILE variables name.

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "server/keyring/kek.h"
#include "server/master_key_source.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/fuzz_target.h"

namespace keyward {
namespace {

constexpr char kCurrent[] = "API_KEY_MASTER_KEY";
constexpr char kCurrentFile[] = "API_KEY_MASTER_KEY_FILE";
constexpr char kPrevious[] = "API_KEY_MASTER_KEY_PREVIOUS";
constexpr char kPreviousFile[] = "API_KEY_MASTER_KEY_PREVIOUS_FILE";

enum Set : uint8_t {
  kSetCurrent = 1,
  kSetCurrentFile = 2,
  kSetPrevious = 4,
  kSetPreviousFile = 8,
  kNoFile = 16,
};

// A file in memory: one on a disk would be most of a run's time.
std::string WriteFile(std::string_view text) {
  static const int file = memfd_create("kek", MFD_CLOEXEC);
  Promise(ftruncate(file, 0) == 0 &&
              pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
          "the file is written");
  return "/proc/self/fd/" + std::to_string(file);
}

void SetOrUnset(const char* name, bool set, const std::string& value) {
  if (set) {
    setenv(name, value.c_str(), 1);
  } else {
    unsetenv(name);
  }
}

bool IsKey(std::string_view text) { return keyring::ParseKek(text).ok(); }

void CheckMessage(const std::string& message, std::string_view secret) {
  Promise(!message.empty() && message.find('\n') == message.npos, "it is said why not, in a line");
  Promise(!IsKey(secret) || message.find(secret) == message.npos, "no key is quoted");
}

void Check(std::string_view bytes) {
  FuzzInput input(bytes);
  const uint8_t set = input.Byte();
  const std::string current(input.Line());
  const std::string previous(input.Line());
  const std::string_view text = input.Rest();
  const std::string file = (set & kNoFile) != 0 ? "/no/such/file" : WriteFile(text);
  SetOrUnset(kCurrent, (set & kSetCurrent) != 0, current);
  SetOrUnset(kCurrentFile, (set & kSetCurrentFile) != 0, file);
  SetOrUnset(kPrevious, (set & kSetPrevious) != 0, previous);
  SetOrUnset(kPreviousFile, (set & kSetPreviousFile) != 0, file);

  const auto keys = TakeMasterKeys();
  Promise(getenv(kCurrent) == nullptr && getenv(kPrevious) == nullptr, "values do not stay");
  const bool has_value = (set & kSetCurrent) != 0 && !current.empty();
  const bool has_file = (set & kSetCurrentFile) != 0;
  Promise(!keys.ok() || !has_value || !has_file, "a value and its file exclude each other");
  if (!keys.ok()) {
    const std::string message(keys.status().message());
    CheckMessage(message, current);
    return CheckMessage(message, text);
  }
  const bool usable = has_value ? IsKey(current) : has_file && (set & kNoFile) == 0 && IsKey(text);
  Promise(keys->current.has_value() == usable, "there is a current key where there is a good one");
  if (usable) return;
  CheckMessage(keys->why_none, current);
}

}  // namespace
}  // namespace keyward

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  keyward::Check(keyward::AsText(data, size));
  return 0;
}
