#ifndef KEYWARD_BENCH_STATUS_NAMES_H_
#define KEYWARD_BENCH_STATUS_NAMES_H_

#include <array>
#include <cstddef>
#include <string_view>

namespace keyward::bench {

// The canonical name of a gRPC status code.
constexpr std::string_view StatusName(size_t code) {
  constexpr std::array<std::string_view, 17> kNames = {"OK",
                                                       "CANCELLED",
                                                       "UNKNOWN",
                                                       "INVALID_ARGUMENT",
                                                       "DEADLINE_EXCEEDED",
                                                       "NOT_FOUND",
                                                       "ALREADY_EXISTS",
                                                       "PERMISSION_DENIED",
                                                       "RESOURCE_EXHAUSTED",
                                                       "FAILED_PRECONDITION",
                                                       "ABORTED",
                                                       "OUT_OF_RANGE",
                                                       "UNIMPLEMENTED",
                                                       "INTERNAL",
                                                       "UNAVAILABLE",
                                                       "DATA_LOSS",
                                                       "UNAUTHENTICATED"};
  return code < kNames.size() ? kNames[code] : "?";
}

}  // namespace keyward::bench

#endif  // KEYWARD_BENCH_STATUS_NAMES_H_
