#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "keyward/tokens.h"
#include "tests/client/fake_server.h"
#include "tests/client/run_program.h"
#include "tests/client/temporary_folder.h"

namespace keyward::client {
namespace {

// Says what the program wrote where it failed.
::testing::AssertionResult Succeeds(const std::vector<std::string>& arguments) {
  const ProgramResult result = RunProgram(arguments);
  if (result.exit_status == 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << arguments[0] << " exited with " << result.exit_status << "\n"
         << result.output << result.error;
}

// Installs the package, and builds tests/client/install_project against what was installed.
class InstallTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(Succeeds({KEYWARD_CMAKE, "--install", KEYWARD_BUILD_FOLDER, "--component", "client",
                          "--prefix", prefix_}));
    ASSERT_TRUE(Succeeds({KEYWARD_CMAKE, "-S", KEYWARD_INSTALL_PROJECT, "-B", build_, "-G",
                          KEYWARD_GENERATOR, "-DCMAKE_PREFIX_PATH=" + prefix_,
                          "-DCMAKE_BUILD_TYPE=" KEYWARD_BUILD_TYPE,
                          "-DCMAKE_CXX_COMPILER=" KEYWARD_CXX_COMPILER,
                          "-DCMAKE_CXX_COMPILER_LAUNCHER=" KEYWARD_CXX_COMPILER_LAUNCHER,
                          "-DCMAKE_CXX_FLAGS=" KEYWARD_CXX_FLAGS}));
    ASSERT_TRUE(Succeeds({KEYWARD_CMAKE, "--build", build_}));
  }

  const TemporaryFolder folder_;
  const std::string prefix_ = folder_.Path("prefix");
  const std::string build_ = folder_.Path("build");
};

TEST_F(InstallTest, AProjectOfItsOwnBuildsAndRunsAgainstTheInstalledPackage) {
  FakeServer server;
  server.admin().AddUser("alice");
  const ProgramResult result = RunProgram({build_ + "/quickstart", server.address()});
  EXPECT_EQ(result.exit_status, 0) << result.error;
  EXPECT_EQ(result.output,
            "a token: 1\nopened: sk-test-123\nits hash: " + ApiKeyHash("sk-test-123") +
                "\nfor the pool: DECRYPTION_FAILED\n"
                "rotated to version 2\n");

  EXPECT_FALSE(std::filesystem::exists(prefix_ + "/bin"))
      << "the component client brings programs, too";
  for (const char* header : {"v1/key_service.grpc.pb.h", "v1/key_admin_service.grpc.pb.h",
                             "admin_client.h", "mocks/mock_admin_connection.h"}) {
    EXPECT_TRUE(std::filesystem::exists(prefix_ + "/include/keyward/" + header)) << header;
  }
}

TEST(InstallCliTest, TheCommandBringsItsManualAndCompletions) {
  const TemporaryFolder folder;
  const std::string prefix = folder.Path("prefix");
  ASSERT_TRUE(Succeeds({KEYWARD_CMAKE, "--install", KEYWARD_BUILD_FOLDER, "--component", "cli",
                        "--prefix", prefix}));
  for (const char* file :
       {"bin/keyward", "share/man/man1/keyward.1", "share/bash-completion/completions/keyward",
        "share/zsh/site-functions/_keyward", "share/fish/vendor_completions.d/keyward.fish"}) {
    EXPECT_TRUE(std::filesystem::exists(prefix + "/" + file)) << file;
  }
  EXPECT_EQ(RunProgram({prefix + "/bin/keyward", "man"}).output,
            RunProgram({"cat", prefix + "/share/man/man1/keyward.1"}).output);
}

}  // namespace
}  // namespace keyward::client
