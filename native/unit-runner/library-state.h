/*
 * The C library's own memory: buffers and flags of its streams, allocator, atexit, strtok, errno and the like. It is
 * kept once and put back before every input, so that a run begins as it would in a new process.
 *
 * Not covered: what only the kernel knows (signal handlers, descriptors, mappings). batch-filter.h forbids changing it.
 */
#pragma once

#include <stdbool.h>

/* Before any unit runs, and before this process has allocated anything from the heap. */
bool keep_library_state(void);

void restore_library_state(void);
