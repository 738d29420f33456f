// Seals a secret for a user and opens it again, then turns the user's key over.
//
//   quickstart 127.0.0.1:50051
#include <keyward/admin_client.h>
#include <keyward/client.h>

#include <iostream>

namespace kw = keyward::client;

namespace {

int Fail(const absl::Status& status) {
  std::cerr << "quickstart: " << kw::ErrorReason(status) << ": " << status.message() << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto client = kw::Client::New({.address = argv[1], .deadline = absl::Seconds(10)});
  if (!client.ok()) return Fail(client.status());

  const kw::Scope alice = kw::Scope::User("alice");
  const auto sealed = client->Encrypt(alice, "sk-test-123");
  if (!sealed.ok()) return Fail(sealed.status());
  std::cout << "a token: " << kw::IsEncrypted(sealed->token) << "\n";

  const auto opened = client->Decrypt(alice, sealed->token);
  if (!opened.ok()) return Fail(opened.status());
  std::cout << "opened: " << opened->plaintext << "\n";
  std::cout << "its hash: " << kw::ApiKeyHash(opened->plaintext) << "\n";

  const auto other = client->Decrypt(kw::Scope::Pool(), sealed->token);
  std::cout << "for the pool: " << kw::ErrorReason(other.status()) << "\n";

  const auto admin = kw::AdminClient::New({.address = argv[1], .deadline = absl::Seconds(10)});
  if (!admin.ok()) return Fail(admin.status());
  const auto rotated = admin->RotateUserKey("alice");
  if (!rotated.ok()) return Fail(rotated.status());
  std::cout << "rotated to version " << rotated->primary_version << "\n";
  return 0;
}
