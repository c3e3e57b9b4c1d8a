#include "include-folders.h"

#include <clang/Lex/HeaderSearchOptions.h>
#include <llvm/Support/Path.h>

namespace {

std::string without_dots(llvm::StringRef path) {
  llvm::SmallString<256> clean(path);
  llvm::sys::path::remove_dots(clean, /*remove_dot_dot=*/true);
  return std::string(clean);
}

class include_folders : public llvm::vfs::ProxyFileSystem {
 public:
  explicit include_folders(std::vector<std::string> folders)
      : ProxyFileSystem(llvm::vfs::getRealFileSystem()), folders(std::move(folders)) {}

  llvm::ErrorOr<llvm::vfs::Status> status(const llvm::Twine &path) override {
    if (!is_inside(path)) return std::make_error_code(std::errc::no_such_file_or_directory);
    return ProxyFileSystem::status(path);
  }

  llvm::ErrorOr<std::unique_ptr<llvm::vfs::File>> openFileForRead(const llvm::Twine &path) override {
    if (!is_inside(path)) return std::make_error_code(std::errc::no_such_file_or_directory);
    return ProxyFileSystem::openFileForRead(path);
  }

 private:
  bool is_inside(const llvm::Twine &path) const {
    std::string clean = without_dots(path.str());
    return llvm::any_of(folders, [&](const std::string &folder) {
      return llvm::StringRef(clean).starts_with(folder) &&
             (clean.size() == folder.size() || clean[folder.size()] == '/');
    });
  }

  std::vector<std::string> folders;
};

}  // namespace

llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> include_folders_only(const clang::CompilerInvocation &invocation) {
  const clang::HeaderSearchOptions &options = invocation.getHeaderSearchOpts();
  std::vector<std::string> folders = {without_dots(options.ResourceDir)};
  for (const clang::HeaderSearchOptions::Entry &entry : options.UserEntries)
    folders.push_back(without_dots(entry.Path));
  return llvm::makeIntrusiveRefCnt<include_folders>(std::move(folders));
}
