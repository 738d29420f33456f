#include "server/net/listening_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "tests/net/sockets.h"
#include "tests/testing/temporary_folder.h"

namespace keyward::net {
namespace {

using ::testing::HasSubstr;

ListenAddress Loopback(int port) { return {.unix_path = "", .host = "127.0.0.1", .port = port}; }

TEST(ListeningSocketTest, TakesAFreePortAndTellsIt) {
  const auto listening = ListeningSocket::Open(Loopback(0));
  ASSERT_TRUE(listening.ok()) << listening.status();
  EXPECT_GT(listening->address().port, 0);
  EXPECT_TRUE(ConnectTo(listening->address()).is_open());
}

TEST(ListeningSocketTest, NamesAPortThatIsTakenAndNeverSharesIt) {
  const auto first = ListeningSocket::Open(Loopback(0));
  ASSERT_TRUE(first.ok());
  const auto second = ListeningSocket::Open(first->address());
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(first->address().Text()));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("in use"));
}

TEST(ListeningSocketTest, NamesAHostThatIsNone) {
  const auto listening =
      ListeningSocket::Open({.unix_path = "", .host = "no.such.host.invalid", .port = 0});
  ASSERT_FALSE(listening.ok());
  EXPECT_THAT(std::string(listening.status().message()), HasSubstr("no.such.host.invalid:0"));
}

TEST(ListeningSocketTest, NamesAnAddressOfAnotherMachine) {
  EXPECT_FALSE(ListeningSocket::Open({.unix_path = "", .host = "192.0.2.1", .port = 0}).ok());
}

TEST(ListeningSocketTest, ListensOnAllAddressesOfANameWithOnePort) {
  const auto listening = ListeningSocket::Open({.unix_path = "", .host = "localhost", .port = 0});
  ASSERT_TRUE(listening.ok()) << listening.status();
  EXPECT_TRUE(ConnectTo(Loopback(listening->address().port)).is_open());
}

TEST(ListeningSocketTest, TakesEitherWildcardForBothFamilies) {
  for (const char* host : {"0.0.0.0", "::"}) {
    const auto listening = ListeningSocket::Open({.unix_path = "", .host = host, .port = 0});
    if (!listening.ok()) continue;  // [::] where the machine has no IPv6
    EXPECT_TRUE(ConnectTo(Loopback(listening->address().port)).is_open()) << host;
  }
}

TEST(ListeningSocketTest, SetsOptionsThatAcceptedConnectionsInherit) {
  const auto listening = ListeningSocket::Open(Loopback(0));
  ASSERT_TRUE(listening.ok());
  const Descriptor client = ConnectTo(listening->address());
  const Descriptor accepted(accept(listening->sockets().front().fd(), nullptr, nullptr));
  ASSERT_TRUE(accepted.is_open());
  for (const int option : {TCP_NODELAY, TCP_USER_TIMEOUT}) {
    int value = 0;
    socklen_t size = sizeof(value);
    ASSERT_EQ(getsockopt(accepted.fd(), IPPROTO_TCP, option, &value, &size), 0);
    EXPECT_NE(value, 0) << option;
  }
}

class UnixListeningSocketTest : public ::testing::Test {
 protected:
  const keyward::testing::TemporaryFolder folder_;
  const ListenAddress address_{.unix_path = folder_.File("k.sock"), .host = ""};
};

TEST_F(UnixListeningSocketTest, IsThereWhileItLastsAndGoneAfterwards) {
  std::optional<ListeningSocket> listening;
  auto opened = ListeningSocket::Open(address_);
  ASSERT_TRUE(opened.ok()) << opened.status();
  listening.emplace(*std::move(opened));
  EXPECT_TRUE(ConnectTo(address_).is_open());
  listening.reset();
  EXPECT_FALSE(std::filesystem::exists(address_.unix_path));
}

TEST_F(UnixListeningSocketTest, GetsItsPermissionsFromTheUmask) {
  const mode_t before = umask(0077);
  const auto listening = ListeningSocket::Open(address_);
  umask(before);
  ASSERT_TRUE(listening.ok());
  struct stat found {};
  ASSERT_EQ(stat(address_.unix_path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0077, 0U);
}

TEST_F(UnixListeningSocketTest, TakesTheFileOfAServerThatWasKilled) {
  auto killed = ListeningSocket::Open(address_);
  ASSERT_TRUE(killed.ok());
  std::filesystem::rename(address_.unix_path, folder_.File("kept"));
  killed = absl::CancelledError();
  std::filesystem::rename(folder_.File("kept"), address_.unix_path);
  const auto listening = ListeningSocket::Open(address_);
  ASSERT_TRUE(listening.ok()) << listening.status();
  EXPECT_TRUE(ConnectTo(address_).is_open());
}

TEST_F(UnixListeningSocketTest, IsNotTakenFromAServerThatListens) {
  const auto first = ListeningSocket::Open(address_);
  ASSERT_TRUE(first.ok());
  const auto second = ListeningSocket::Open(address_);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another server"));
  EXPECT_TRUE(ConnectTo(address_).is_open());
}

TEST_F(UnixListeningSocketTest, LeavesAFileAloneThatIsNoSocket) {
  std::ofstream(address_.unix_path) << "kept";
  const auto listening = ListeningSocket::Open(address_);
  ASSERT_FALSE(listening.ok());
  EXPECT_THAT(std::string(listening.status().message()), HasSubstr("no socket"));
  EXPECT_TRUE(std::filesystem::exists(address_.unix_path));
}

TEST_F(UnixListeningSocketTest, LeavesTheFileAloneThatAnotherServerPutInItsPlace) {
  std::optional<ListeningSocket> first;
  auto opened = ListeningSocket::Open(address_);
  ASSERT_TRUE(opened.ok());
  first.emplace(*std::move(opened));
  std::filesystem::remove(address_.unix_path);
  const auto second = ListeningSocket::Open(address_);
  ASSERT_TRUE(second.ok());
  first.reset();
  EXPECT_TRUE(ConnectTo(address_).is_open());
}

TEST(ListeningSocketErrorTest, NamesAFolderThatIsMissing) {
  EXPECT_FALSE(ListeningSocket::Open({.unix_path = "/nowhere/at/all.sock", .host = ""}).ok());
}

}  // namespace
}  // namespace keyward::net
