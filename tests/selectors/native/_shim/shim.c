// Copyright 2026 the asyncio authors. MIT license.

/*
 * A kqueue and a /dev/poll for Linux: as much of them as KqueueSelector and DevpollSelector use, so that
 * these are tested where neither system is at hand. Both stand on an epoll, whose descriptor is theirs:
 * so it can be polled and nested, it is closed by close(), and a descriptor that is closed is forgotten.
 *
 *     gcc -shared -fPIC -O1 -o shim.so shim.c
 */

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS 65536
#define EVENTS 4096

/* What is asked for of each descriptor, by queue: EPOLLIN and EPOLLOUT. */
static unsigned char *masks[DESCRIPTORS];

static int open_queue(void)
{
    int queue = epoll_create1(EPOLL_CLOEXEC);
    if (queue < 0) return -1;
    free(masks[queue]);
    masks[queue] = calloc(DESCRIPTORS, 1);
    return queue;
}

/* Watches a descriptor for `mask`; for nothing at all if that is 0. */
static int watch(int queue, int fd, unsigned mask)
{
    struct epoll_event event = { mask, { .fd = fd } };
    if (fd < 0 || fd >= DESCRIPTORS) return errno = EBADF, -1;
    if (mask == 0) {
        masks[queue][fd] = 0;
        return epoll_ctl(queue, EPOLL_CTL_DEL, fd, NULL);
    }
    if (epoll_ctl(queue, EPOLL_CTL_MOD, fd, &event) < 0) {
        if (errno != ENOENT) return -1;
        if (epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event) < 0) return -1;
    }
    masks[queue][fd] = mask;
    return 0;
}

/* Whether the system still knows the descriptor; if not, it was closed, and is forgotten here as well. */
static int known(int queue, int fd)
{
    struct epoll_event event = { 0, { .fd = fd } };
    if (fd < 0 || fd >= DESCRIPTORS) return 0;
    event.events = masks[queue][fd];
    if (event.events != 0 && epoll_ctl(queue, EPOLL_CTL_MOD, fd, &event) == 0) return 1;
    masks[queue][fd] = 0;
    return 0;
}

static int wait_for(int queue, struct epoll_event *events, int room, const struct timespec *timeout)
{
    struct pollfd polled = { queue, POLLIN, 0 };
    if (ppoll(&polled, 1, timeout, NULL) < 0) return -1;
    return epoll_wait(queue, events, room < EVENTS ? room : EVENTS, 0);
}

/* kqueue, as macOS lays it out: bsd/sys/event.h. */

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EV_ADD 1
#define EV_DELETE 2
#define EV_EOF 0x8000

struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};

int kqueue(void)
{
    return open_queue();
}

static int change(int queue, const struct kevent *wanted)
{
    int fd = wanted->ident;
    unsigned bit = wanted->filter == EVFILT_READ ? EPOLLIN : EPOLLOUT;
    unsigned mask = known(queue, fd) ? masks[queue][fd] : 0;
    if (wanted->flags & EV_ADD) return watch(queue, fd, mask | bit);
    if (mask & bit) return watch(queue, fd, mask & ~bit);
    errno = ENOENT;
    return -1;
}

static int tell(struct kevent *out, int room, int queue, const struct epoll_event *event)
{
    int count = 0;
    unsigned mask = masks[queue][event->data.fd], end = event->events & (EPOLLHUP | EPOLLERR);
    for (int filter = EVFILT_READ; filter >= EVFILT_WRITE; filter--) {
        unsigned bit = filter == EVFILT_READ ? EPOLLIN : EPOLLOUT;
        if (!(mask & bit) || !(event->events & bit || end) || count == room) continue;
        memset(&out[count], 0, sizeof *out);
        out[count].ident = event->data.fd;
        out[count].filter = filter;
        out[count].flags = EV_ADD | (end ? EV_EOF : 0);
        count++;
    }
    return count;
}

int kevent(int queue, const struct kevent *changes, int nchanges, struct kevent *out, int room,
           const struct timespec *timeout)
{
    static __thread struct epoll_event events[EVENTS];
    for (int i = 0; i < nchanges; i++) if (change(queue, &changes[i]) < 0) return -1;
    if (room == 0) return 0;
    int count = wait_for(queue, events, room, timeout), told = 0;
    for (int i = 0; i < count; i++) told += tell(out + told, room - told, queue, &events[i]);
    return count < 0 ? -1 : told;
}

/* /dev/poll, as illumos lays it out: uts/common/sys/devpoll.h. */

#define DP_POLL 0xd001
#undef POLLREMOVE
#define POLLREMOVE 0x0800

struct dvpoll {
    struct pollfd *dp_fds;
    unsigned long dp_nfds;
    int dp_timeout;
};

int open(const char *path, int flags, ...)
{
    (void)flags;
    if (strcmp(path, "/dev/poll") == 0) return open_queue();
    errno = ENOENT;
    return -1;
}

ssize_t write(int queue, const void *bytes, size_t size)
{
    const struct pollfd *changes = bytes;
    for (size_t i = 0; i < size / sizeof *changes; i++) {
        int fd = changes[i].fd;
        unsigned mask = known(queue, fd) ? masks[queue][fd] : 0;
        if (changes[i].events & POLLREMOVE) watch(queue, fd, 0);
        else if (watch(queue, fd, mask | changes[i].events) < 0) return -1;
    }
    return size;
}

int ioctl(int queue, unsigned long request, struct dvpoll *poll)
{
    static __thread struct epoll_event events[EVENTS];
    struct timespec time = { poll->dp_timeout / 1000, poll->dp_timeout % 1000 * 1000000L };
    if ((int)request != DP_POLL) return errno = EINVAL, -1;
    int count = wait_for(queue, events, poll->dp_nfds, poll->dp_timeout < 0 ? NULL : &time);
    for (int i = 0; i < count; i++) {
        poll->dp_fds[i].fd = events[i].data.fd;
        poll->dp_fds[i].revents = events[i].events;
    }
    return count;
}
