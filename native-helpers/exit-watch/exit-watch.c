/*
 * exit-watch: says when processes end, at the moment they do.
 *
 *     exit-watch PID         watches one process and ends with it
 *     exit-watch --stdin     reads lines `watch PID`, and ends when its input is closed
 *
 * It prints one JSON object a line; `at` is in milliseconds since the epoch:
 *
 *     {"event":"watching","pid":123}
 *     {"event":"exit","pid":123,"at":1795392000000}
 *     {"event":"error","pid":123,"code":"ESRCH"}
 *
 * A line that is no command is answered with EINVAL and pid 0. Any user's process can be watched, not only a child. Linux
 * tells of an exit before the parent has collected the status, so the pid may still be there as a zombie for a moment.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__APPLE__)
#include <sys/event.h>
#elif defined(__linux__)
#include <poll.h>
#include <sys/syscall.h>
/* Older headers than the kernel; the number is the same on every architecture. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#else
#error "exit-watch knows kqueue (macOS) and pidfd (Linux)"
#endif

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

/* --- What it says ------------------------------------------------------------------------------------------------------ */

/* Written whole and unbuffered: a reader that is gone ends this program by SIGPIPE instead of filling a buffer. */
static void say(const char *line, int length) {
  for (int done = 0; done < length;) {
    ssize_t written = write(STDOUT_FILENO, line + done, (size_t)(length - done));
    if (written >= 0) done += (int)written;
    else if (errno != EINTR) _exit(STATUS_FAILED);
  }
}

static void say_watching(int pid) {
  char line[64];
  say(line, snprintf(line, sizeof line, "{\"event\":\"watching\",\"pid\":%d}\n", pid));
}

static void say_exit(int pid) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  long long at = (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  char line[96];
  say(line, snprintf(line, sizeof line, "{\"event\":\"exit\",\"pid\":%d,\"at\":%lld}\n", pid, at));
}

static const char *error_code(int error) {
  switch (error) {
    case ESRCH: return "ESRCH";
    case EINVAL: return "EINVAL";
    case EPERM: return "EPERM";
    case EACCES: return "EACCES";
    case EMFILE: return "EMFILE";
    case ENFILE: return "ENFILE";
    case ENOMEM: return "ENOMEM";
    case ENOSYS: return "ENOSYS";
    default: return "EOTHER";
  }
}

static void say_error(int pid, int error) {
  char line[96];
  say(line, snprintf(line, sizeof line, "{\"event\":\"error\",\"pid\":%d,\"code\":\"%s\"}\n", pid, error_code(error)));
}

static int fail(const char *what) {
  fprintf(stderr, "exit-watch: %s: %s\n", what, strerror(errno));
  return STATUS_FAILED;
}

/* --- What it is told --------------------------------------------------------------------------------------------------- */

static bool watch_pid(int pid);

/* Decimal digits only, 1 to INT_MAX: 0 and negative numbers mean process groups. Gives 0 for anything else. */
static int parse_pid(const char *text) {
  long long pid = 0;
  if (*text == '\0') return 0;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return 0;
    pid = pid * 10 + (*text - '0');
    if (pid > INT_MAX) return 0;
  }
  return (int)pid;
}

static void obey(const char *line) {
  static const char command[] = "watch ";
  int pid = strncmp(line, command, sizeof command - 1) == 0 ? parse_pid(line + sizeof command - 1) : 0;
  if (pid == 0) say_error(0, EINVAL);
  else watch_pid(pid);
}

/* Commands are shorter than this by far; the rest of a longer line is skipped, not taken for a line of its own. */
static char pending[64];
static size_t pending_length;

static void take_byte(char byte) {
  if (byte != '\n') {
    if (pending_length < sizeof pending) pending[pending_length++] = byte;
    return;
  }
  if (pending_length == sizeof pending || memchr(pending, '\0', pending_length) != NULL) say_error(0, EINVAL);
  else {
    pending[pending_length] = '\0';
    obey(pending);
  }
  pending_length = 0;
}

/* False at the end of the input: whoever started this program is gone, or wants it gone. */
static bool read_commands(void) {
  char bytes[4096];
  ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  for (ssize_t at = 0; at < count; at++) take_byte(bytes[at]);
  return count > 0;
}

/* --- How it watches: each platform has watch_pid and a loop ------------------------------------------------------------- */

#if defined(__APPLE__)

static int queue = -1;

/* Watching the same process again changes nothing: the kernel keeps one event for each pid. */
static bool watch_pid(int pid) {
  struct kevent change;
  EV_SET(&change, (uintptr_t)pid, EVFILT_PROC, EV_ADD | EV_ONESHOT, NOTE_EXIT, 0, NULL);
  if (kevent(queue, &change, 1, NULL, 0, NULL) < 0) {
    say_error(pid, errno);
    return false;
  }
  say_watching(pid);
  return true;
}

static int run(int only_pid) {
  queue = kqueue();
  if (queue < 0) return fail("kqueue");
  if (only_pid == 0) {
    struct kevent change;
    EV_SET(&change, STDIN_FILENO, EVFILT_READ, EV_ADD, 0, 0, NULL);
    if (kevent(queue, &change, 1, NULL, 0, NULL) < 0) return fail("kevent on the input");
  } else if (!watch_pid(only_pid)) return STATUS_FAILED;
  for (;;) {
    struct kevent events[32];
    int count = kevent(queue, NULL, 0, events, 32, NULL);
    if (count < 0 && errno != EINTR) return fail("kevent");
    for (int i = 0; i < count; i++) {
      if (events[i].filter == EVFILT_PROC) {
        say_exit((int)events[i].ident);
        if (only_pid != 0) return STATUS_OK;
      } else if (!read_commands()) return STATUS_OK;
    }
  }
}

#else

/* More than anybody needs, and below the usual limit of 1,024 descriptors. The first place is the input. */
enum { PLACES = 1000 };
static struct pollfd polled[PLACES];
static int pids[PLACES];
static int used = 1;

static bool watch_pid(int pid) {
  for (int i = 1; i < used; i++) {
    if (pids[i] != pid) continue;
    say_watching(pid);
    return true;
  }
  int descriptor = -1;
  if (used == PLACES) errno = EMFILE;
  else descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
  if (descriptor < 0) {
    say_error(pid, errno);
    return false;
  }
  polled[used] = (struct pollfd){.fd = descriptor, .events = POLLIN};
  pids[used++] = pid;
  say_watching(pid);
  return true;
}

static void tell_exit(int place) {
  int pid = pids[place];
  close(polled[place].fd);
  used--;
  polled[place] = polled[used];
  pids[place] = pids[used];
  say_exit(pid);
}

static int run(int only_pid) {
  polled[0] = (struct pollfd){.fd = only_pid == 0 ? STDIN_FILENO : -1, .events = POLLIN};
  if (only_pid != 0 && !watch_pid(only_pid)) return STATUS_FAILED;
  for (;;) {
    if (poll(polled, (nfds_t)used, -1) < 0) {
      if (errno == EINTR) continue;
      return fail("poll");
    }
    /* Backwards, because the last place moves into the one that becomes free. */
    for (int place = used - 1; place > 0; place--)
      if (polled[place].revents != 0) tell_exit(place);
    if (only_pid != 0 && used == 1) return STATUS_OK;
    if (polled[0].revents != 0 && !read_commands()) return STATUS_OK;
  }
}

#endif

int main(int argc, char **argv) {
  bool by_commands = argc == 2 && strcmp(argv[1], "--stdin") == 0;
  int pid = argc == 2 && !by_commands ? parse_pid(argv[1]) : 0;
  if (!by_commands && pid == 0) {
    fputs("usage: exit-watch PID\n       exit-watch --stdin < lines of \"watch PID\"\n", stderr);
    return STATUS_USAGE;
  }
  if (by_commands) {
    /* Ctrl+C in a terminal reaches the whole group; this program ends with its input, after whoever uses it. */
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
  }
  /* An ignored SIGPIPE is inherited, and Node ignores it. */
  signal(SIGPIPE, SIG_DFL);
  return run(by_commands ? 0 : pid);
}
