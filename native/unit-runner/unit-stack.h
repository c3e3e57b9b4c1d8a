/*
 * The stack that a unit's main is entered on: a part of the process's own, filled with a byte from main's frame on as
 * ../harness/start.c fills it, and zero below that, as in a new process.
 *
 * The fill is a private mapping of a file that holds the byte: a page costs something once the unit writes to it, and
 * what an input wrote is undone by giving its pages back.
 */
#pragma once

#include <stdint.h>

#include "image.h"

/* In the parent: the file, an empty one in memory, and its content before a child uses this fill. */
bool open_stack_fill(int fd);
void prepare_stack_fill(uint8_t fill);

/* In the child, from a function that does not return before the last unit has ended. */
bool place_unit_stack(uint8_t fill);

/* The stack as new, for a call that is made next. With another fill than it was placed with, the file has to be open. */
bool refill_unit_stack(uint8_t fill);

/* Calls a unit's main with its frame where the fill begins. */
int call_on_unit_stack(main_function *function, int argc, char **argv, char **envp);

/* What the calling harness knows as gepo_fill_stack: fills from the caller's frame on. */
void fill_stack_below_caller(void);
