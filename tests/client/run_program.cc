#include "tests/client/run_program.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace keyward::client {
namespace {

// A file in memory: unlike a pipe it never blocks a writer.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("keyward-test", MFD_CLOEXEC)) {
    if (descriptor_ < 0) throw std::runtime_error("memfd_create failed");
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int descriptor() const { return descriptor_; }

  void Fill(std::string_view content) const {
    while (!content.empty()) {
      const ssize_t written = write(descriptor_, content.data(), content.size());
      if (written < 0) throw std::runtime_error("write failed");
      content.remove_prefix(static_cast<std::size_t>(written));
    }
    lseek(descriptor_, 0, SEEK_SET);
  }

  std::string Content() const {
    std::string content(static_cast<std::size_t>(lseek(descriptor_, 0, SEEK_END)), '\0');
    const ssize_t size = pread(descriptor_, content.data(), content.size(), 0);
    if (size != static_cast<ssize_t>(content.size())) throw std::runtime_error("read failed");
    return content;
  }

 private:
  const int descriptor_;
};

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::vector<std::string>& more) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("KEYWARD_")) environment.emplace_back(*entry);
  }
  environment.insert(environment.end(), more.begin(), more.end());
  return environment;
}

}  // namespace

ProgramResult RunProgram(const std::vector<std::string>& arguments, std::string_view input,
                         const std::vector<std::string>& environment) {
  const MemoryFile in, out, err;
  in.Fill(input);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.descriptor(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.descriptor(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.descriptor(), STDERR_FILENO);
  std::vector<std::string> argument_texts = arguments;
  std::vector<std::string> environment_texts = Environment(environment);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, arguments[0].c_str(), &actions, nullptr, Pointers(argument_texts).data(),
                   Pointers(environment_texts).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot run " + arguments[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, out.Content(), err.Content()};
}

}  // namespace keyward::client
