/*
 * Functions that the runner gives a unit instead of the C library's: those that end a process, and those that ask about
 * the executable, of which there is none.
 */
#pragma once

#include <stdbool.h>

#include "image.h"

/* The address of the runner's function of that name, NULL if the C library's will do. */
void *provided_function(const char *name);

/* The address of the runner's function to call instead of the objects' own of that name, NULL for most. */
void *replaced_function(const char *name);

/* The image that questions are answered about. */
void describe_image(const struct image *image);

/*
 * Runs `run` until the unit ends: by returning its status, by exit or _exit. Handlers registered with atexit run
 * as exit runs them, and the streams are flushed. False if it left by _exit, which does neither.
 */
bool run_until_exit(int (*run)(void *), void *argument, int *status);

/* Ends the unit as _exit does. */
_Noreturn void return_from_unit(int status);
