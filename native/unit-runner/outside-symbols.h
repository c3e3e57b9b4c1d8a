/*
 * The addresses of what a unit calls but does not define: functions of the runner first (unit-calls.h,
 * sanitizer-stops.h), then symbols of the C library and the sanitizer. They are looked up once, not in every child.
 */
#pragma once

/* In the parent: before a child asks for it. */
void note_outside_symbol(const char *name);

/* Its address in this thread, NULL if there is none. Names that were not noted take longer. */
void *outside_symbol(const char *name);
