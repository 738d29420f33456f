#ifndef KEYWARD_SERVER_TEXT_TEXT_H_
#define KEYWARD_SERVER_TEXT_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace keyward::text {

// How many bytes at the front are well-formed UTF-8 (Unicode 15, table 3-7): the size of `text`
// where it is UTF-8 as a whole.
size_t Utf8Prefix(std::string_view text);

// Bytes 0 to 31 and 127, which would break a line or steer a terminal.
bool HasControlBytes(std::string_view text);

// The text with a '?' for each of them: for a message that quotes what somebody wrote.
std::string OneLine(std::string_view text);

}  // namespace keyward::text

#endif  // KEYWARD_SERVER_TEXT_TEXT_H_
