/*
 * One run of a program in the box: makes its namespaces and processes, watches them, and says how the run ended.
 */
#pragma once

#include "../shared/run-files.h"
#include "cgroup.h"

/* Beside those of ../shared/protocol.h: lets the program write to the box, as compilers do. */
#define FLAG_WRITABLE_BOX 4u
/* Also beside them: the program may start threads, but no process. */
#define FLAG_ONE_PROCESS 8u
/* Descriptor 4 is a pipe: what has been read from it is nowhere any more. */
#define FLAG_ARGS_ONCE 16u

/* What a run's processes share with the judge box until they execute. */
struct shared;

/* NULL with errno if the system refuses. */
struct shared *share_memory(void);

struct result run_program(struct shared *shared, struct cgroup *cgroup, const struct request *request,
                          struct channel *channels);
