#ifndef KEYWARD_SERVER_TELEMETRY_JSON_H_
#define KEYWARD_SERVER_TELEMETRY_JSON_H_

#include <string>
#include <string_view>

namespace keyward::telemetry {

// Appends `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD, so that
// a line is always valid JSON.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace keyward::telemetry

#endif  // KEYWARD_SERVER_TELEMETRY_JSON_H_
