#include "assembler.h"

#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/ModuleSummaryIndex.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

namespace {

constexpr const char *program = "llvm-as";

}  // namespace

bool assemble(std::string_view text, std::string &diagnostics) {
  /* The parser reads on until the zero behind the text. */
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(llvm::StringRef(text.data(), text.size()), "<stdin>");
  llvm::LLVMContext context;
  llvm::SMDiagnostic error;
  llvm::raw_string_ostream out(diagnostics);
  /* With the summary index, which a text may have too. */
  auto parsed = llvm::parseAssemblyWithIndex(buffer->getMemBufferRef(), error, context);
  if (!parsed.Mod) {
    error.print(program, out, /*ShowColors=*/false);
    return false;
  }
  std::string faults;
  llvm::raw_string_ostream faults_out(faults);
  if (!llvm::verifyModule(*parsed.Mod, &faults_out)) return true;
  out << program << ": assembly parsed, but does not verify as correct!\n" << faults_out.str();
  return false;
}
