#ifndef KEYWARD_SERVER_RPC_REFLECTION_ANSWERS_H_
#define KEYWARD_SERVER_RPC_REFLECTION_ANSWERS_H_

#include <string>
#include <vector>

#include "grpc/reflection/v1/reflection.pb.h"

namespace keyward::rpc {

// Answers a reflection request out of the program's own descriptors: a file comes with all that it
// imports. What is not found gets an error_response, not an RPC error. `services` are the full
// names of the services that the server serves.
grpc::reflection::v1::ServerReflectionResponse AnswerReflection(
    const grpc::reflection::v1::ServerReflectionRequest& request,
    const std::vector<std::string>& services);

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_REFLECTION_ANSWERS_H_
