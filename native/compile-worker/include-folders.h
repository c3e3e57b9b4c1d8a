/*
 * A file system in which only the compiler's own files and include folders exist: whatever else a source names
 * (devices, the worker's own pipes, files of the working folder) is not there.
 */
#pragma once

#include <clang/Frontend/CompilerInvocation.h>
#include <llvm/ADT/IntrusiveRefCntPtr.h>
#include <llvm/Support/VirtualFileSystem.h>

llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> include_folders_only(const clang::CompilerInvocation &invocation);
