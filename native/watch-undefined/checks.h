/* The kinds of checks; each puts its own into a function. Instructions that a check has added are never looked at. */
#pragma once

#include "reports.h"

#include <llvm/IR/InstrTypes.h>

/* An address that an instruction touches memory at, and whether it writes there. */
struct touched {
  llvm::Value *address;
  bool is_write;
};

/* None for what touches no memory, and for calls of functions. */
llvm::SmallVector<touched, 2> touched_by(llvm::Instruction &one);

/* What parameters, results and loaded values are promised to be: `nonnull`, `align`, `range`, ... and llvm.assume. */
void check_promises(llvm::Function &function, llvm::ArrayRef<llvm::Instruction *> code, reports &report);

/* What is promised of memory: `const` and `pure`, `restrict`, `malloc`, `readonly` and their kin. */
void check_memory_promises(llvm::Function &function, llvm::ArrayRef<llvm::Instruction *> code, reports &report);

/*
 * Arguments that do not fit what is called: other types than its parameters', than its format asks for; no character, no
 * text.
 */
void check_calls(llvm::Function &function, llvm::ArrayRef<llvm::Instruction *> code, reports &report);

/*
 * For MSan, which knows the arguments that a variadic function is given: all else that it may take for one, because it
 * takes more or others than there are, counts as never written.
 */
void check_variadic_calls(llvm::ArrayRef<llvm::Instruction *> code);

/* What becomes of a result that is poison. */
enum class poison_is {
  reported, /* where it is made, used or not: the run ends */
  ignored,
  followed, /* by MSan, which reports it where it is used */
};

/*
 * Instructions that make poison or are undefined at once; clang has checks of its own for those that it makes of C. Where
 * poison is followed nothing else is checked.
 */
void check_poison(llvm::Function &function, llvm::ArrayRef<llvm::Instruction *> code, poison_is treatment,
                  reports &report);

/* Which addresses are to be inside the object that they were computed from. */
enum class addresses_are {
  computed, /* all, as the standard says; an optimiser makes some that nobody uses */
  used, /* those that memory is touched at, and those that are stored, returned or given to calls */
};

/*
 * Steps from one object into another: ASan alone takes what is touched there for what was meant. Where addresses are
 * `computed` also the order and the distance of two that lie in different objects.
 */
void check_reach(llvm::ArrayRef<llvm::Instruction *> code, addresses_are treatment, reports &report);
