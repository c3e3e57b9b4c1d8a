/* The box: a file system in memory with an answer's files. */
#pragma once

#include <stdbool.h>

#include "../shared/run-files.h"

/* False with errno if it is there already, or cannot be written. */
bool write_file(const char *path, struct bytes content, uint32_t mode);

/* Makes an empty box with the files of a `prepare` frame, whose paths the host has checked. */
struct result prepare(struct reader *reader, struct channel *error);
