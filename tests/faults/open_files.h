#ifndef KEYWARD_TESTS_FAULTS_OPEN_FILES_H_
#define KEYWARD_TESTS_FAULTS_OPEN_FILES_H_

namespace keyward::faults {

// The number of a file that the plan names, or kNoFile.
constexpr int kNoFile = -1;

int FileOfPath(const char* path);

// Which descriptors are of such a file. Thread-safe.
int FileOf(int descriptor);
void Remember(int descriptor, int file);
void Forget(int descriptor);

}  // namespace keyward::faults

#endif  // KEYWARD_TESTS_FAULTS_OPEN_FILES_H_
