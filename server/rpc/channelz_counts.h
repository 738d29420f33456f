#ifndef KEYWARD_SERVER_RPC_CHANNELZ_COUNTS_H_
#define KEYWARD_SERVER_RPC_CHANNELZ_COUNTS_H_

#include <memory>

#include "server/net/stream_counts.h"

namespace keyward::rpc {

// What gRPC counts of its connections, by its introspection (channelz); it counts nothing that it
// would not count anyway. It is never served. Knows nothing where gRPC tells it in another form,
// and then logs that once: a flood of resets goes unseen.
std::unique_ptr<net::StreamCounts> MakeChannelzCounts();

}  // namespace keyward::rpc

#endif  // KEYWARD_SERVER_RPC_CHANNELZ_COUNTS_H_
