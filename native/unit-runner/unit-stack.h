/*
 * The stack that a unit's main is entered on. It is a part of the process's own stack. From main's frame on it is filled
 * with a byte, as ../harness/start.c fills it, and further below it is zero, as in a new process.
 *
 * The fill is a private mapping of a file that holds the byte. A page of it costs something once the unit writes to it,
 * and giving the page back undoes what an input wrote.
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
