#ifndef KEYWARD_TESTS_FAULTS_DISK_H_
#define KEYWARD_TESTS_FAULTS_DISK_H_

#include <sys/types.h>

namespace keyward::faults {

// What a power cut would leave of the first kImages files of the plan: an image of each, in the
// folder that the plan names, which gets the pages of a file when it is synced. As on Linux, pages
// whose sync failed count as clean, and reach the image only once they are written again. Names and
// lengths are taken to be on the disk at once and in order, as a journalling file system keeps
// them.
//
// Which pages are dirty stands in the plan, so that it outlives the process, as the kernel's cache
// does. For one thread at a time on each file. `file` may be any number; others than the first
// kImages are passed over.

void NoteWrite(int file, off_t offset, size_t size);
// `descriptor` is one of the file.
void NoteSync(int file, int descriptor);
void NoteFailedSync(int file);
void NoteTruncate(int file, off_t size);
void NoteUnlink(int file);

}  // namespace keyward::faults

#endif  // KEYWARD_TESTS_FAULTS_DISK_H_
