#ifndef KEYWARD_SERVER_ONE_LINE_H_
#define KEYWARD_SERVER_ONE_LINE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace keyward {

// The text with a '?' for each control character: for a message that quotes what an operator wrote, and
// must neither break its line nor steer a terminal.
std::string OneLine(absl::string_view text);

}  // namespace keyward

#endif  // KEYWARD_SERVER_ONE_LINE_H_
