/*
 * The system calls that no program under judgement may make. The runtimes of a dozen languages need too many calls for
 * a list of those that are allowed. So the namespaces and the lack of all capabilities are the fence. This filter takes
 * away what would let a program look for holes in it: new namespaces, mounts, tracing, sockets, and memory that no limit
 * counts.
 *
 * Calls that runtimes try and go on without are answered with an error. The others end the process.
 */
#pragma once

#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "../shared/filter-program.h"

/* Runtimes try these and go on without them. memfd is memory that counts for no process and no file system. */
/* clang-format off */
static const int absent_calls[] = {
    __NR_socket, __NR_memfd_create, __NR_io_uring_setup, __NR_io_uring_enter, __NR_io_uring_register,
    __NR_perf_event_open, __NR_userfaultfd, __NR_bpf, __NR_mlock, __NR_mlock2, __NR_mlockall,
    __NR_set_mempolicy, __NR_mbind, __NR_migrate_pages, __NR_move_pages, __NR_fanotify_init, __NR_io_setup,
#ifdef __NR_landlock_create_ruleset
    /* Its rules take memory of the kernel, as many as there are files to name. */
    __NR_landlock_create_ruleset, __NR_landlock_add_rule, __NR_landlock_restrict_self,
#endif
#ifdef __NR_memfd_secret
    __NR_memfd_secret,
#endif
};
/* clang-format on */

/* clang-format off */
static const int forbidden_calls[] = {
    __NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot, __NR_unshare, __NR_setns,
    __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev, __NR_kcmp, __NR_pidfd_getfd,
    __NR_add_key, __NR_request_key, __NR_keyctl, __NR_kexec_load, __NR_init_module, __NR_finit_module,
    __NR_delete_module, __NR_reboot, __NR_swapon, __NR_swapoff, __NR_acct, __NR_quotactl, __NR_syslog,
    __NR_open_by_handle_at, __NR_name_to_handle_at, __NR_settimeofday, __NR_clock_settime, __NR_adjtimex,
    __NR_clock_adjtime, __NR_sethostname, __NR_setdomainname, __NR_vhangup, __NR_shmget, __NR_msgget, __NR_semget,
    __NR_mq_open, __NR_mknodat,
#ifdef __NR_kexec_file_load
    __NR_kexec_file_load,
#endif
#ifdef __NR_mknod
    __NR_mknod,
#endif
#ifdef __NR_open_tree
    __NR_open_tree, __NR_move_mount, __NR_fsopen, __NR_fsconfig, __NR_fsmount, __NR_fspick,
#endif
#ifdef __NR_mount_setattr
    __NR_mount_setattr,
#endif
#ifdef __NR_iopl
    __NR_iopl, __NR_ioperm,
#endif
};
/* clang-format on */

#define NEW_NAMESPACES \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static inline void answer_calls(struct filter_program *program, uint32_t action, const int *calls, size_t count) {
  emit_load(program, offsetof(struct seccomp_data, nr));
  for (size_t i = 0; i < count; i++) {
    emit(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i], 0, 1);
    emit_return(program, action);
  }
}

static inline void deny_processes(struct filter_program *program) {
  ANSWER_IF(program, SECCOMP_RET_ERRNO | EPERM, __NR_clone, {0, CLONE_THREAD, 0});
#ifdef __NR_fork
  static const int forks[] = {__NR_fork, __NR_vfork};
  answer_calls(program, SECCOMP_RET_ERRNO | EPERM, forks, sizeof forks / sizeof *forks);
#endif
}

static inline void build_deny_filter(struct filter_program *program, bool one_process) {
  begin_filter(program);
#if defined(__x86_64__)
  /* The x32 numbering of the same machine would go past every number below. */
  emit_load(program, offsetof(struct seccomp_data, nr));
  emit(program, BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
  emit_return(program, SECCOMP_RET_KILL_PROCESS);
#endif
  answer_calls(program, SECCOMP_RET_ERRNO | EPERM, absent_calls, sizeof absent_calls / sizeof *absent_calls);
  answer_calls(program, SECCOMP_RET_KILL_PROCESS, forbidden_calls, sizeof forbidden_calls / sizeof *forbidden_calls);
  /* The flags of clone3 lie behind a pointer. The C library goes on with clone, whose flags can be seen. */
  ANSWER_IF(program, SECCOMP_RET_ERRNO | ENOSYS, __NR_clone3);
  if (one_process) deny_processes(program);
  for (uint64_t flag = 1; flag <= NEW_NAMESPACES; flag <<= 1)
    if (flag & NEW_NAMESPACES) ANSWER_IF(program, SECCOMP_RET_KILL_PROCESS, __NR_clone, {0, flag, flag});
  /* Buffers of sockets stay as large as they are, since nobody but a cgroup counts what is in them. It looks done. */
  ANSWER_IF(program, SECCOMP_RET_ERRNO, __NR_setsockopt, {1, LOW_BITS, SOL_SOCKET}, {2, LOW_BITS, SO_SNDBUF});
  ANSWER_IF(program, SECCOMP_RET_ERRNO, __NR_setsockopt, {1, LOW_BITS, SOL_SOCKET}, {2, LOW_BITS, SO_RCVBUF});
  /* Typing into the terminal of whoever started all this. */
  ANSWER_IF(program, SECCOMP_RET_ERRNO | EPERM, __NR_ioctl, {1, LOW_BITS, TIOCSTI});
  emit_return(program, SECCOMP_RET_ALLOW);
}
