// What call.c knows of the call, for whoever reads arguments and puts a result. call.h has the same in C++.
#pragma once
#include <stdbool.h>

typedef enum Kind { NONE, FLAG, NUMBER, TEXT, LIST, RECORD, KEY } Kind;
typedef unsigned __int128 Magnitude;
typedef struct Value Value;

unsigned long gepo_arguments(void);
const Value* gepo_argument(unsigned long i);

Kind gepo_kind(const Value* value);
unsigned long gepo_size(const Value* value);
const Value* gepo_item(const Value* value, unsigned long i);
const Value* gepo_key(const Value* value, unsigned long i);
char* gepo_text(const Value* value);
bool gepo_flag(const Value* value);
// False for what is no whole number.
bool gepo_whole(const Value* value, bool* is_negative, Magnitude* magnitude);
long double gepo_number(const Value* value);

_Noreturn void gepo_stop(const char* what, const char* text);
_Noreturn void gepo_misfit(const Value* value);

void gepo_put(const char* text);
void gepo_put_whole(bool is_negative, Magnitude magnitude);
void gepo_put_number(double value, bool is_float);
void gepo_put_text(const char* bytes, unsigned long length);
// The result is none, and why.
void gepo_no_json(const char* why);

// Behind the answer: reads arguments, calls, puts the result.
void gepo_call_answer(void);
