#include "keyward/admin_connection.h"
#include "keyward/user_key.h"

namespace keyward::client {

std::string_view Name(UserKeyState state) {
  switch (state) {
    case UserKeyState::kActive:
      return "ACTIVE";
    case UserKeyState::kDisabled:
      return "DISABLED";
    case UserKeyState::kDeleted:
      return "DELETED";
    case UserKeyState::kDestroyed:
      return "DESTROYED";
    case UserKeyState::kUnknown:
      break;
  }
  return "UNKNOWN";
}

std::string_view Name(KeyVersionState state) {
  switch (state) {
    case KeyVersionState::kEnabled:
      return "ENABLED";
    case KeyVersionState::kDisabled:
      return "DISABLED";
    case KeyVersionState::kDestroyed:
      return "DESTROYED";
    case KeyVersionState::kUnknown:
      break;
  }
  return "UNKNOWN";
}

std::string_view Name(RewrapState state) {
  switch (state) {
    case RewrapState::kIdle:
      return "IDLE";
    case RewrapState::kRunning:
      return "RUNNING";
    case RewrapState::kDone:
      return "DONE";
    case RewrapState::kFailed:
      return "FAILED";
    case RewrapState::kUnknown:
      break;
  }
  return "UNKNOWN";
}

}  // namespace keyward::client
