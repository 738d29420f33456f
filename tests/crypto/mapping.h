#ifndef KEYWARD_TESTS_CRYPTO_MAPPING_H_
#define KEYWARD_TESTS_CRYPTO_MAPPING_H_

#include <string>

// How the kernel keeps a piece of this process's memory.
namespace keyward::crypto {

// The flags (proc(5), VmFlags, such as "lo" for locked and "dd" for not in core dumps) of the
// mapping that holds `address`, with a space on either side of each.
std::string MappingFlags(const void* address);

// Sanitizers' runtimes turn mlock into a call that does nothing and reports success.
bool MlockWorks();

}  // namespace keyward::crypto

#endif  // KEYWARD_TESTS_CRYPTO_MAPPING_H_
