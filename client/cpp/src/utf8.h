#ifndef KEYWARD_CLIENT_CPP_SRC_UTF8_H_
#define KEYWARD_CLIENT_CPP_SRC_UTF8_H_

#include <cstddef>
#include <string_view>

namespace keyward::client {

// How many bytes the well-formed UTF-8 sequence (RFC 3629) at the front of `text` has: 1 to 4; 0
// where there is none, also for an empty text.
std::size_t Utf8SequenceLength(std::string_view text);

// Protobuf's strings must be this; what is not is refused before it is sent, since the server could
// only answer such a request with a parse error that names no field.
bool IsUtf8(std::string_view text);

}  // namespace keyward::client

#endif  // KEYWARD_CLIENT_CPP_SRC_UTF8_H_
