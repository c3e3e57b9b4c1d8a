/* The files in memory that stand for a unit's descriptors. One of each serves all inputs. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { OUT, ERR, RECORD, FILES };

struct output_file {
  int fd;
  /* The beginning of its content, mapped. */
  const char *data;
  size_t mapped;
};

extern struct output_file output_files[FILES];

/* What is in the input files. It is written through these mappings alone: to a unit each file looks like the sealed one
 * that the supervisor gives. */
extern char *text_content, *arguments_content;

/* Puts them all on the numbers that task.h has for them. */
void open_task_files(void);

uint64_t output_size(int file);

/* Before a child writes to them. */
void empty_output_files(void);
