#include "tests/client/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

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

// A terminal that nobody looks at.
class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) {
      throw std::runtime_error("posix_openpt failed");
    }
    slave_ = open(ptsname(master_), O_RDWR | O_NOCTTY | O_CLOEXEC);
  }
  ~Terminal() {
    if (slave_ >= 0) close(slave_);
    close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  int descriptor() const { return slave_; }

  // What was written to it and fits into its buffer, some 4 KiB. Closes it, which ends the reading.
  std::string Content() {
    close(std::exchange(slave_, -1));
    std::string content;
    std::array<char, 4096> buffer;
    for (ssize_t size; (size = read(master_, buffer.data(), buffer.size())) > 0;) {
      content.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return content;
  }

 private:
  const int master_;
  int slave_ = -1;
};

pid_t Start(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
            int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  std::vector<std::string> argument_texts = arguments;
  std::vector<std::string> environment_texts = Environment(environment);
  pid_t child = 0;
  const int failed =
      posix_spawnp(&child, arguments[0].c_str(), &actions, nullptr, Pointers(argument_texts).data(),
                   Pointers(environment_texts).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot run " + arguments[0]);
  return child;
}

int Wait(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Pipe ends: [0] to read from, [1] to write to.
std::array<int, 2> MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2 failed");
  return ends;
}

template <typename Err>
ProgramResult Run(const std::vector<std::string>& arguments, std::string_view input,
                  const std::vector<std::string>& environment) {
  const MemoryFile in, out;
  Err err;
  in.Fill(input);
  const int exit_status =
      Wait(Start(arguments, environment, in.descriptor(), out.descriptor(), err.descriptor()));
  return {exit_status, out.Content(), err.Content()};
}

}  // namespace

ProgramResult RunProgram(const std::vector<std::string>& arguments, std::string_view input,
                         const std::vector<std::string>& environment) {
  return Run<MemoryFile>(arguments, input, environment);
}

ProgramResult RunProgramOnTerminal(const std::vector<std::string>& arguments,
                                   std::string_view input,
                                   const std::vector<std::string>& environment) {
  return Run<Terminal>(arguments, input, environment);
}

PipedProgram::PipedProgram(const std::vector<std::string>& arguments,
                           const std::vector<std::string>& environment) {
  const std::array<int, 2> in = MakePipe(), out = MakePipe();
  child_ = Start(arguments, environment, in[0], out[1], STDERR_FILENO);
  close(in[0]);
  close(out[1]);
  input_ = fdopen(in[1], "w");
  output_ = fdopen(out[0], "r");
}

PipedProgram::~PipedProgram() { End(); }

void PipedProgram::Write(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), input_);
  std::fflush(input_);
}

std::string PipedProgram::ReadLine() {
  std::string line;
  int each = 0;
  while (each != '\n' && (each = std::fgetc(output_)) != EOF) line += static_cast<char>(each);
  return line;
}

void PipedProgram::CloseOutput() {
  if (output_ != nullptr) std::fclose(output_);
  output_ = nullptr;
}

int PipedProgram::End() {
  if (input_ != nullptr) std::fclose(input_);
  input_ = nullptr;
  if (child_ > 0) exit_status_ = Wait(child_);
  child_ = 0;
  CloseOutput();
  return exit_status_;
}

}  // namespace keyward::client
