#pragma once

#if defined(__linux__)
#include <malloc.h>
#endif

// glibc gives nearly every thread a heap of its own. Here one thread makes what another lets go of, all the time: memory that is free in one
// heap is of no use to the others, and the process comes to hold twice of what it uses.
static inline void holdfast_share_one_heap(void) {
#if defined(__GLIBC__)
  mallopt(M_ARENA_MAX, 1);
#endif
}
