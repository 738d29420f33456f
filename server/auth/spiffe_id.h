#ifndef KEYWARD_SERVER_AUTH_SPIFFE_ID_H_
#define KEYWARD_SERVER_AUTH_SPIFFE_ID_H_

#include <string_view>

namespace keyward::auth {

// Whether that is the SPIFFE id of a workload: `spiffe://`, a trust domain of at most 255
// lower-case letters, digits, `.`, `-` and `_`, and a path of segments of letters, digits, `.`, `-`
// and `_`, none of them empty, `.` or `..`; at most 2 048 bytes. An id without a path names a trust
// domain itself, which the certificate of a workload must not. (SPIFFE-ID, section 2; X509-SVID,
// section 3.1.)
bool IsWorkloadSpiffeId(std::string_view id);

}  // namespace keyward::auth

#endif  // KEYWARD_SERVER_AUTH_SPIFFE_ID_H_
