/*
 * Where what a unit calls but does not define lies: the runner's own functions (unit-calls.h) first, then the symbols
 * of the C library and the sanitizer. Looked up once, not in every child.
 */
#pragma once

/* In the parent: before a child asks for it. */
void note_outside_symbol(const char *name);

/* Its address in this thread, NULL if there is none. Names that were not noted take longer. */
void *outside_symbol(const char *name);
