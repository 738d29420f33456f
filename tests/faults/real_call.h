#ifndef KEYWARD_TESTS_FAULTS_REAL_CALL_H_
#define KEYWARD_TESTS_FAULTS_REAL_CALL_H_

#include <dlfcn.h>

namespace keyward::faults {

// The function of that name which this library stands before.
template <typename Function>
Function* RealCall(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace keyward::faults

#endif  // KEYWARD_TESTS_FAULTS_REAL_CALL_H_
