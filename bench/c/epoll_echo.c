// Copyright 2026 the asyncio authors. MIT license.

/*
 * Echo server on nothing but epoll: the least that one can cost on Linux. Prints its port. With the
 * argument `accept` it closes its connections at once.
 *
 *     gcc -O2 -o epoll_echo epoll_echo.c && ./epoll_echo [echo|accept]
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 4096

static char buffer[65536];
static int closes;

static void watch(int queue, int fd)
{
    struct epoll_event event = { EPOLLIN, { .fd = fd } };
    epoll_ctl(queue, EPOLL_CTL_ADD, fd, &event);
}

static void accept_all(int queue, int server)
{
    int yes = 1, fd;
    while ((fd = accept4(server, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (closes) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        watch(queue, fd);
    }
}

static void echo(int fd)
{
    ssize_t count = recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0 || send(fd, buffer, count, MSG_NOSIGNAL) != count) close(fd);
}

int main(int count_of_arguments, char **arguments)
{
    closes = count_of_arguments > 1 && strcmp(arguments[1], "accept") == 0;
    static struct epoll_event events[EVENTS];
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t length = sizeof address;
    int queue = epoll_create1(EPOLL_CLOEXEC);
    int server = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bind(server, (struct sockaddr *)&address, sizeof address);
    listen(server, 4096);
    getsockname(server, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    watch(queue, server);
    for (;;) {
        int count = epoll_wait(queue, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.fd == server) accept_all(queue, server);
            else echo(events[i].data.fd);
        }
    }
}
