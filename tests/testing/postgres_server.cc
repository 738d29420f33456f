#include "tests/testing/postgres_server.h"

#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace keyward::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);
constexpr char kDatabase[] = "postgres";

// Debian keeps each version's programs in a folder; the newest, or "".
std::string FindPrograms() {
  std::vector<std::string> found;
  std::error_code absent;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", absent)) {
    if (std::filesystem::exists(version.path() / "bin" / "initdb"))
      found.push_back(version.path() / "bin");
  }
  return found.empty() ? "" : *std::max_element(found.begin(), found.end());
}

// With no privileges, and silent.
pid_t Spawn(const std::vector<std::string>& command) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (const passwd* user = geteuid() == 0 ? getpwnam("postgres") : nullptr; user != nullptr) {
    if (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0) _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // with a test that crashes
  std::vector<char*> arguments;
  for (const std::string& each : command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  if (freopen("/dev/null", "w", stdout) == nullptr || freopen("/dev/null", "w", stderr) == nullptr)
    _exit(126);
  execv(arguments[0], arguments.data());
  _exit(127);
}

int Wait(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

std::string NewFolder() {
  std::string folder = std::filesystem::temp_directory_path() / "keyward-postgres-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no temporary folder");
  if (const passwd* user = geteuid() == 0 ? getpwnam("postgres") : nullptr; user != nullptr) {
    if (chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("chown");
  }
  return folder;
}

struct Finish {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Connection = std::unique_ptr<PGconn, Finish>;

}  // namespace

bool PostgresServer::IsInstalled() { return !FindPrograms().empty(); }

PostgresServer& PostgresServer::OfThisProgram() {
  static PostgresServer server(FindPrograms());
  return server;
}

PostgresServer::PostgresServer(std::string programs)
    : programs_(std::move(programs)), folder_(NewFolder()) {
  const pid_t made = Spawn({programs_ + "/initdb", "-D", folder_ + "/data", "-U", "keyward", "-A",
                            "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"});
  if (Wait(made) != 0) throw std::runtime_error("initdb failed");
  Start();
}

PostgresServer::~PostgresServer() {
  Kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void PostgresServer::Start() {
  pid_ = Spawn({programs_ + "/postgres", "-D", folder_ + "/data", "-k", folder_, "-c",
                "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200"});
  const auto end = std::chrono::steady_clock::now() + kPatience;
  const std::string address = "host=" + folder_ + " user=keyward dbname=" + kDatabase;
  while (PQping(address.c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("PostgreSQL does not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));  // it tells nobody when it is ready
  }
}

void PostgresServer::Kill() {
  if (pid_ < 0) return;
  kill(pid_, SIGQUIT);  // its own children too, and at once
  Wait(pid_);
  pid_ = -1;
}

std::string PostgresServer::UrlOfNewSchema() {
  const std::string schema = "test_" + std::to_string(++schemas_);
  const std::string url = "postgresql:///" + std::string(kDatabase) + "?host=" + folder_ +
                          "&user=keyward&options=-csearch_path%3D" + schema;
  Run(url, "CREATE SCHEMA " + schema);
  return url;
}

void PostgresServer::Run(const std::string& url, const std::string& sql) {
  const Connection connection(PQconnectdb(url.c_str()));
  PGresult* result = PQexec(connection.get(), sql.c_str());
  const ExecStatusType status = PQresultStatus(result);
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    throw std::runtime_error(PQerrorMessage(connection.get()));
  }
}

}  // namespace keyward::testing
