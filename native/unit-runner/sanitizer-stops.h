/*
 * Where a sanitizer ends a process, the runner ends the input alone.
 *
 * What instrumented code calls once it has found a fault, before the fault happens, is answered here: a line for
 * standard error that names it as the runtime does, and the status that the sanitizers are told to exit with. A
 * report through the runtime takes milliseconds and the process. Faults that the runtime finds by itself (in the C
 * library's functions, by a signal) still end the process.
 */
#pragma once

/* The runner's function of that name; NULL if it is no such call, or this runner has no sanitizer. */
void *sanitizer_stop(const char *name);
