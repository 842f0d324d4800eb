// Copyright 2026 the asyncio authors. MIT license.

/* What the calls of native_calls_bench.ts cost in C. Prints a sample. */

#define _GNU_SOURCE
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#define CALLS 200000
#define ROUNDS 5

static char small[64], large[16384], buffer[65536];
static int ends[2], queue;
static struct epoll_event event = { EPOLLIN, { 0 } }, events[64];

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static double nanoseconds(void (*call)(void))
{
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        for (int i = 0; i < CALLS; i++) call();
        if (now() - start < best) best = now() - start;
    }
    return best / CALLS;
}

static void exchange(void)
{
    send(ends[0], small, sizeof small, MSG_NOSIGNAL);
    recv(ends[1], buffer, 4096, 0);
}

static void exchange_large(void)
{
    send(ends[0], large, sizeof large, MSG_NOSIGNAL);
    recv(ends[1], buffer, sizeof large, 0);
}

static void would_block(void) { recv(ends[1], buffer, 4096, 0); }
static void look(void) { epoll_wait(queue, events, 64, 0); }

static void registering(void)
{
    epoll_ctl(queue, EPOLL_CTL_DEL, ends[1], NULL);
    epoll_ctl(queue, EPOLL_CTL_ADD, ends[1], &event);
}

int main(void)
{
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends);
    double both = nanoseconds(exchange);
    printf("{\"exchangeInto\":%f,\"exchange\":%f", both, both);
    printf(",\"exchangeLarge\":%f", nanoseconds(exchange_large));
    printf(",\"wouldBlock\":%f", nanoseconds(would_block));
    queue = epoll_create1(0);
    epoll_ctl(queue, EPOLL_CTL_ADD, ends[1], &event);
    printf(",\"pollNothing\":%f", nanoseconds(look));
    printf(",\"registering\":%f", nanoseconds(registering));
    send(ends[0], small, sizeof small, 0);
    printf(",\"pollOne\":%f}\n", nanoseconds(look));
}
