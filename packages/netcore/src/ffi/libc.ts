import koffi from "koffi";

const lib = koffi.load("libc.so.6");

type Pointer = Uint8Array | null;

/**
 * The few libc functions the agent needs. Each returns -1 on failure; `lastErrno()` right after the call tells why.
 * All block the calling thread, except `sendAsync`, which runs on a thread of libuv's pool.
 */
const bindings = {
  socket: lib.func("int socket(int domain, int type, int protocol)"),
  bind: lib.func("int bind(int fd, const void *addr, uint32_t length)"),
  setsockopt: lib.func("int setsockopt(int fd, int level, int name, const void *value, uint32_t length)"),
  getsockopt: lib.func("int getsockopt(int fd, int level, int name, void *value, void *length)"),
  send: lib.func("intptr_t send(int fd, const void *data, size_t length, int flags)"),
  sendto: lib.func(
    "intptr_t sendto(int fd, const void *data, size_t length, int flags, const void *addr, uint32_t addrLength)",
  ),
  recv: lib.func("intptr_t recv(int fd, void *data, size_t length, int flags)"),
  recvmsg: lib.func("intptr_t recvmsg(int fd, void *message, int flags)"),
  clockGettime: lib.func("int clock_gettime(int clock, void *time)"),
  fcntl: lib.func("int fcntl(int fd, int command, ...)"),
  setns: lib.func("int setns(int fd, int type)"),
  unshare: lib.func("int unshare(int flags)"),
  open: lib.func("int open(const char *path, int flags, uint32_t mode)"),
  close: lib.func("int close(int fd)"),
  mount: lib.func("int mount(const char *source, const char *target, const char *type, ulong flags, const void *data)"),
  umount2: lib.func("int umount2(const char *target, int flags)"),
  clock_gettime: lib.func("int clock_gettime(int clock, void *time)"),
  read: lib.func("intptr_t read(int fd, void *data, size_t length)"),
  write: lib.func("intptr_t write(int fd, const void *data, size_t length)"),
  ioctl: lib.func("int ioctl(int fd, ulong request, ...)"),
  eventfd: lib.func("int eventfd(unsigned int initial, int flags)"),
  ppoll: lib.func("int ppoll(void *fds, ulong count, const void *timeout, const void *mask)"),
  sched_setscheduler: lib.func("int sched_setscheduler(int pid, int policy, const void *parameters)"),
  prctl: lib.func("int prctl(int option, ulong a, ulong b, ulong c, ulong d)"),
};

export const libc = {
  socket: bindings.socket as (domain: number, type: number, protocol: number) => number,
  bind: bindings.bind as (fd: number, addr: Uint8Array, length: number) => number,
  setsockopt: bindings.setsockopt as (
    fd: number,
    level: number,
    name: number,
    value: Uint8Array,
    length: number,
  ) => number,
  getsockopt: bindings.getsockopt as (
    fd: number,
    level: number,
    name: number,
    value: Uint8Array,
    length: Uint8Array,
  ) => number,
  send: bindings.send as (fd: number, data: Uint8Array, length: number, flags: number) => number,
  sendto: bindings.sendto as (
    fd: number,
    data: Uint8Array,
    length: number,
    flags: number,
    addr: Pointer,
    addrLength: number,
  ) => number,
  recv: bindings.recv as (fd: number, data: Uint8Array, length: number, flags: number) => number,
  recvmsg: bindings.recvmsg as (fd: number, message: Uint8Array, flags: number) => number,
  clockGettime: bindings.clockGettime as (clock: number, time: Uint8Array) => number,
  fcntl: (fd: number, command: number, argument: number): number => bindings.fcntl(fd, command, "int", argument),
  setns: bindings.setns as (fd: number, type: number) => number,
  unshare: bindings.unshare as (flags: number) => number,
  open: bindings.open as (path: string, flags: number, mode: number) => number,
  close: bindings.close as (fd: number) => number,
  mount: bindings.mount as (
    source: string,
    target: string,
    type: string | null,
    flags: number,
    data: string | null,
  ) => number,
  umount2: bindings.umount2 as (target: string, flags: number) => number,
  clock_gettime: bindings.clock_gettime as (clock: number, time: Uint8Array) => number,
  read: bindings.read as (fd: number, data: Uint8Array, length: number) => number,
  write: bindings.write as (fd: number, data: Uint8Array, length: number) => number,
  ioctlPointer: (fd: number, request: number, argument: Uint8Array): number =>
    bindings.ioctl(fd, request, "void *", argument),
  ioctlNumber: (fd: number, request: number, argument: number): number =>
    bindings.ioctl(fd, request, "ulong", argument),
  eventfd: bindings.eventfd as (initial: number, flags: number) => number,
  ppoll: bindings.ppoll as (fds: Uint8Array, count: number, timeout: Uint8Array, mask: null) => number,
  sched_setscheduler: bindings.sched_setscheduler as (pid: number, policy: number, parameters: Uint8Array) => number,
  prctl: bindings.prctl as (option: number, a: number, b: number, c: number, d: number) => number,

  /** As `close`, on another thread, for descriptors whose closing waits in the kernel. */
  closeAsync(fd: number): Promise<void> {
    return new Promise((resolve) => bindings.close.async(fd, () => resolve()));
  },

  /** As `send`, on another thread; resolves to its result. That thread's errno cannot be read. */
  sendAsync(fd: number, data: Uint8Array, length: number, flags: number): Promise<number> {
    return new Promise((resolve, reject) => {
      bindings.send.async(fd, data, length, flags, (error: unknown, result: number) =>
        error ? reject(error) : resolve(result),
      );
    });
  },
};

/** Closes a descriptor on another thread, for those whose closing waits in the kernel. Failures go unseen. */
export function closeElsewhere(fd: number): void {
  bindings.close.async(fd, () => {});
}

/** errno of the latest libc call on this thread. */
export function lastErrno(): number {
  return koffi.errno();
}

/** The machine address of a buffer's bytes, for structures that hold pointers. The buffer must outlive its use. */
export function addressOf(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}
