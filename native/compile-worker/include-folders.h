/*
 * A file system in which only the compiler's own files and include folders exist. Nothing else that a source may name
 * is there: no devices, none of the worker's pipes, no files of the working folder.
 */
#pragma once

#include <clang/Frontend/CompilerInvocation.h>
#include <llvm/ADT/IntrusiveRefCntPtr.h>
#include <llvm/Support/VirtualFileSystem.h>

llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> include_folders_only(const clang::CompilerInvocation &invocation);
