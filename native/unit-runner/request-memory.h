/*
 * The memory that a request is read into and its answer is collected in. It is never the heap, which a child must find
 * unused.
 */
#pragma once

#include "../shared/frame.h"

/* The request's frame. This process writes it through one mapping, which children do not inherit. It is read through
 * another one that cannot be made writable. */
void open_request(void);

/* The next request, which stays until the next call; NULL once the host is gone. */
char *receive_request(size_t *length);

/* Gives the memory of a large request back; nobody reads it any more. */
void release_request(size_t length);

/* The answer, whose memory is this process's alone. */
void open_answer(void);

/* Begins an answer anew, behind `head` bytes that send_answer is given later. */
void begin_answer(size_t head);

void put_uint(uint64_t value, size_t width);

void put_bytes(const char *data, size_t length);

/* Sends the answer as a frame that begins with these bytes. */
void send_answer(const char *head, size_t head_length);
