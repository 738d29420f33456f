#ifndef KEYWARD_CLIENT_CLI_CALL_SERVER_H_
#define KEYWARD_CLIENT_CLI_CALL_SERVER_H_

#include "absl/status/statusor.h"
#include "client/cli/failure.h"
#include "client/cli/invocation.h"
#include "client/cli/output.h"

namespace keyward::cli {

// Makes a Client (client::Client or client::AdminClient), calls the server with `call`, which
// returns absl::StatusOr, and hands its value to `show`.
template <typename Client, typename Call, typename Show>
ExitStatus CallServer(const Invocation& invocation, const Output& output, const Call& call,
                      const Show& show) {
  const absl::StatusOr<Client> client = Client::New(invocation.client);
  if (!client.ok()) return output.Fail(LocalFailure(client.status()), kExitUsage);
  auto result = call(*client);
  if (!result.ok()) return output.Fail(CallFailure(result.status(), invocation.client), kExitNo);
  return show(*result);
}

}  // namespace keyward::cli

#endif  // KEYWARD_CLIENT_CLI_CALL_SERVER_H_
