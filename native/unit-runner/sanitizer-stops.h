/*
 * Where a sanitizer ends a process, the runner ends the input alone.
 *
 * Instrumented code calls a function of the runtime once it has found a fault, before the fault happens. The functions
 * here answer instead: they write a line to standard error that names the fault as the runtime does, and end the input
 * with the status that the sanitizers are told to exit with. A report through the runtime would take milliseconds and
 * the process. Faults that the runtime finds by itself (in the C library's functions, by a signal) still end the
 * process.
 */
#pragma once

/* The runner's function of that name; NULL if it is no such call, or this runner has no sanitizer. */
void *sanitizer_stop(const char *name);
