#include "client/cli/certs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/failure.h"
#include "client/cli/trial_authority.h"

namespace keyward::cli {
namespace {

constexpr std::string_view kDigitsAndLower = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
// RFC 5280 gives a common name 64 characters, and DNS a label 63.
constexpr std::size_t kMaxClientName = 63;
constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxSpiffeId = 2048;

struct File {
  std::string name;
  std::string content;
  bool is_private = false;
};

bool HasOnly(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [&](char each) {
    return kDigitsAndLower.find(each) != std::string_view::npos ||
           kUpper.find(each) != std::string_view::npos ||
           others.find(each) != std::string_view::npos;
  });
}

// A file's name comes of it.
bool IsClientName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxClientName && name[0] != '.' && name[0] != '-' &&
         HasOnly(name, "._-");
}

bool IsHost(std::string_view host) {
  return !host.empty() && host.size() <= kMaxHost && HasOnly(host, ".:_-*");
}

// spiffe://TRUST-DOMAIN/PATH; the path's last segment names the files.
absl::StatusOr<std::string> SpiffeName(const std::string& id) {
  constexpr std::string_view kScheme = "spiffe://";
  const std::size_t slash = id.find('/', kScheme.size());
  const std::string name = id.substr(id.rfind('/') + 1);
  if (!id.starts_with(kScheme) || slash == std::string::npos || slash == kScheme.size() ||
      id.size() > kMaxSpiffeId || id.find("//", kScheme.size()) != std::string::npos ||
      !HasOnly(id.substr(kScheme.size()), "/._-") || !IsClientName(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--spiffe is of the form spiffe://DOMAIN/PATH, not '", id, "'"));
  }
  return name;
}

absl::Status CheckNames(const TrialOptions& options) {
  for (const std::string& host : options.hosts) {
    if (!IsHost(host)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--host is a DNS name or an IP address, not '", host, "'"));
    }
  }
  for (const std::string& name : options.clients) {
    if (!IsClientName(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--client is a name of at most 63 letters, digits, '.', '_' and '-', not '", name, "'"));
    }
  }
  return absl::OkStatus();
}

void AddFiles(const std::string& name, TrialIdentity identity, std::vector<File>& files) {
  files.push_back({name + ".pem", std::move(identity.certificate)});
  files.push_back({name + ".key", std::move(identity.private_key), /*is_private=*/true});
}

absl::Status AddClients(const TrialAuthority& authority, const TrialOptions& options,
                        std::vector<File>& files) {
  for (const std::string& id : options.spiffe_ids) {
    const auto name = SpiffeName(id);
    if (!name.ok()) return name.status();
    auto identity = authority.IssueSpiffeClient(id);
    if (!identity.ok()) return identity.status();
    AddFiles(*name, *std::move(identity), files);
  }
  std::vector<std::string> clients = options.clients;
  if (clients.empty() && options.spiffe_ids.empty()) clients = {"client"};
  for (const std::string& name : clients) {
    auto identity = authority.IssueClient(name);
    if (!identity.ok()) return identity.status();
    AddFiles(name, *std::move(identity), files);
  }
  return absl::OkStatus();
}

// In the order in which they are written: the authority, the server, its clients.
absl::StatusOr<std::vector<File>> MakeFiles(const TrialOptions& options) {
  if (absl::Status status = CheckNames(options); !status.ok()) return status;
  const auto authority = TrialAuthority::New(absl::Hours(24) * options.days);
  if (!authority.ok()) return authority.status();
  auto ca = authority->CertificatePem();
  if (!ca.ok()) return ca.status();
  std::vector<std::string> hosts = {"localhost", "127.0.0.1", "::1"};
  hosts.insert(hosts.end(), options.hosts.begin(), options.hosts.end());
  auto server = authority->IssueServer(hosts);
  if (!server.ok()) return server.status();
  std::vector<File> files = {{"ca.pem", *std::move(ca)}};
  AddFiles("server", *std::move(server), files);
  if (absl::Status status = AddClients(*authority, options, files); !status.ok()) return status;
  return files;
}

absl::Status Cannot(const std::string& path) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", std::strerror(errno)));
}

absl::Status CheckNoneIsThere(const std::vector<File>& files, const std::string& folder) {
  for (auto file = files.begin(); file != files.end(); ++file) {
    if (std::any_of(files.begin(), file, [&](const File& f) { return f.name == file->name; })) {
      return absl::InvalidArgumentError(absl::StrCat("two certificates would be ", file->name));
    }
    struct stat ignored;
    if (lstat((folder + "/" + file->name).c_str(), &ignored) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(folder, "/", file->name, " is there already; nothing was written"));
    }
  }
  return absl::OkStatus();
}

absl::Status Write(const File& file, const std::string& folder) {
  const std::string path = folder + "/" + file.name;
  const int out = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                       file.is_private ? 0600 : 0644);
  if (out < 0) return Cannot(path);
  const bool written = write(out, file.content.data(), file.content.size()) ==
                       static_cast<ssize_t>(file.content.size());
  const absl::Status failed = written ? absl::OkStatus() : Cannot(path);
  close(out);
  return failed;
}

absl::Status WriteAll(const std::vector<File>& files, const std::string& folder) {
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return Cannot(folder);
  if (absl::Status status = CheckNoneIsThere(files, folder); !status.ok()) return status;
  for (const File& file : files) {
    if (absl::Status status = Write(file, folder); !status.ok()) return status;
  }
  return absl::OkStatus();
}

// As a shell reads it.
std::string Quoted(const std::string& text) {
  if (HasOnly(text, "/._-+=:@%")) return text;
  std::string quoted = "'";
  for (const char each : text) quoted += each == '\'' ? std::string("'\\''") : std::string(1, each);
  return quoted + "'";
}

ExitStatus Show(const std::vector<File>& files, const TrialOptions& options, Output& output) {
  const auto path = [&](const std::string& name) { return Quoted(options.folder + "/" + name); };
  std::vector<std::string> names;
  for (const File& file : files) names.push_back(file.name);
  const std::string client = names[3].substr(0, names[3].rfind('.'));
  const std::string server_flags =
      absl::StrCat("--tls_cert=", path("server.pem"), " --tls_key=", path("server.key"),
                   " --tls_client_ca=", path("ca.pem"));
  const std::string client_command =
      absl::StrCat("keyward --tls_ca ", path("ca.pem"), " --tls_cert ", path(client + ".pem"),
                   " --tls_key ", path(client + ".key"), " status");
  const std::string text = absl::StrCat(
      "Wrote ", absl::StrJoin(names, ", "), " to ", options.folder, ", good for ", options.days,
      " days.\nThey are for trying things out: the authority's own key is gone.\n\nServer:\n"
      "  keyward-server --store=sqlite:keys.db --listen=127.0.0.1:50051 \\\n    ",
      server_flags, "\nClient:\n  ", client_command);
  return output.Result(text, JsonObject()
                                 .Text("folder", options.folder)
                                 .Text("files", absl::StrJoin(names, " "))
                                 .Text("server_flags", server_flags)
                                 .Text("client_command", client_command));
}

}  // namespace

ExitStatus MakeTrialCertificates(const Invocation& invocation, Output& output) {
  const TrialOptions& options = invocation.trial;
  const auto files = MakeFiles(options);
  if (!files.ok()) return output.Fail(LocalFailure(files.status()), kExitUsage);
  if (absl::Status status = WriteAll(*files, options.folder); !status.ok()) {
    return output.Fail(LocalFailure(status), kExitUsage);
  }
  return Show(*files, options, output);
}

}  // namespace keyward::cli
