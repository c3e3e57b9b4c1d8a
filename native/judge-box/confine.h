/*
 * Takes rights from a process of the judge box before it executes a program that nobody trusts: it gets mounts that
 * nobody else sees, limits that the kernel holds each process to, no capabilities, and a filter of system calls. These
 * functions make system calls alone, so that they can be called between fork and exec.
 */
#pragma once

#include <stdbool.h>
#include <sys/resource.h>

#include "../shared/protocol.h"

#define BOX "/box"
/* A file system for standard input, which is a file with a name: some programs open what /dev/stdin links to. */
#define INPUT "/input"
#define INPUT_FILE INPUT "/stdin"

/* All of these: false with errno if the system refuses. */
bool mount_temporary(const char *path, const char *options);

/* Makes copies of bubblewrap's mounts, which belong to a user namespace around this one and could not be added to. */
bool own_mounts(void);

/* Mounts file systems that this run alone sees and that go with it. */
bool mount_own_files(bool writable_box);

bool limit_program(const struct limits *limits, bool writable_box);

/* For a compiler that reads untrusted text but never runs it. */
bool limit_compiler(rlim_t memory_bytes);

bool drop_privileges(void);

/* `one_process`: it may start threads, but no process. */
bool filter_calls(bool one_process);
