/*
 * Where the symbols of the C library, the sanitizer and the runner lie: looked up once, not in every child.
 */
#pragma once

/* In the parent: before a child asks for it. */
void note_library_symbol(const char *name);

/* Its address in this thread, NULL if there is none. Names that were not noted take longer. */
void *library_symbol(const char *name);
