#ifndef KEYWARD_TESTS_TESTING_POSTGRES_SERVER_H_
#define KEYWARD_TESTS_TESTING_POSTGRES_SERVER_H_

#include <sys/types.h>

#include <string>

namespace keyward::testing {

// A PostgreSQL server of its own, from Debian's package, on a socket in a folder of its own; it
// ends, and the folder goes, with the object. As root it runs as the user `postgres`, since it
// refuses to be root.
class PostgresServer {
 public:
  static bool IsInstalled();
  // The one of this program, started when it is first asked for. It must be installed.
  static PostgresServer& OfThisProgram();
  ~PostgresServer();

  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // Of an empty schema in the server's only database, another one each time.
  std::string UrlOfNewSchema();
  // Runs SQL as the superuser, in the schema that such a URL names.
  void Run(const std::string& url, const std::string& sql);

  // Kills the server, as a crash of its machine would end it, and starts it again.
  void Kill();
  void Start();

 private:
  explicit PostgresServer(std::string programs);

  const std::string programs_;  // their folder
  std::string folder_;
  pid_t pid_ = -1;
  int schemas_ = 0;
};

}  // namespace keyward::testing

#endif  // KEYWARD_TESTS_TESTING_POSTGRES_SERVER_H_
