/*
 * What takes rights from a process of the judge box before it executes a program that nobody trusts: mounts of its own,
 * limits that the kernel holds each process to, no capabilities, the filter of system calls. All are system calls
 * alone, so that they can be made between fork and exec.
 */
#pragma once

#include <stdbool.h>
#include <sys/resource.h>

#include "../shared/protocol.h"

#define BOX "/box"
/* A file system for standard input: a file with a name, since some programs open /dev/stdin by what it stands for. */
#define INPUT "/input"
#define INPUT_FILE INPUT "/stdin"

/* All of these: false with errno if the system refuses. */
bool mount_temporary(const char *path, const char *options);

/* bubblewrap's mounts belong to a user namespace around this one: copies of them are this process's to add to. */
bool own_mounts(void);

/* Seen by this run alone, and gone with it. */
bool mount_own_files(bool writable_box);

bool limit_program(const struct limits *limits, bool writable_box);

/* For a compiler that reads untrusted text but never runs it. */
bool limit_compiler(rlim_t memory_bytes);

bool drop_privileges(void);

bool filter_calls(void);
