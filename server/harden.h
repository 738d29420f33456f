#ifndef KEYWARD_SERVER_HARDEN_H_
#define KEYWARD_SERVER_HARDEN_H_

namespace keyward {

// Keeps this process's memory to itself: no core files, and no other process of the same user may
// read it (PR_SET_DUMPABLE). To be called before any secret is read.
void HardenProcess();

}  // namespace keyward

#endif  // KEYWARD_SERVER_HARDEN_H_
