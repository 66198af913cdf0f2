#include "faulty_proxy.h"
#include "core/base/check.h"
#include "core/base/mem.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PAIRS_LIMIT = 16
};

struct pair {
    int client, server; /* -1: free */
};

struct faulty_proxy {
    int listener, port, server_port, stop_fd;
    pthread_t thread;
    struct pair pairs[PAIRS_LIMIT];
    /* Set by the test, counted down by the thread: the counts are all that crosses. */
    atomic_int to_lose;
    atomic_int lost;
};

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void close_pair(struct pair *pair)
{
    close(pair->client);
    close(pair->server);
    pair->client = pair->server = -1;
}

static void accept_pair(struct faulty_proxy *proxy)
{
    struct sockaddr_in address = loopback(proxy->server_port);
    int client = accept(proxy->listener, NULL, NULL);
    int server = socket(AF_INET, SOCK_STREAM, 0);

    CHECK(client >= 0 && server >= 0);
    if (connect(server, (struct sockaddr *)&address, sizeof(address)) < 0) {
        close(client);
        close(server);
        return;
    }
    for (int i = 0; i < PAIRS_LIMIT; i++) {
        if (proxy->pairs[i].client < 0) {
            proxy->pairs[i] = (struct pair){client, server};
            return;
        }
    }
    CHECK(!"too many connections for the proxy");
}

/* Moves what is there; false when the connection ended. */
static bool relay(int from, int to)
{
    char piece[65536];
    ssize_t got = recv(from, piece, sizeof(piece), 0);

    for (ssize_t at = 0; at < got;) {
        ssize_t sent = send(to, piece + at, (size_t)(got - at), MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        at += sent;
    }
    return got > 0;
}

static bool take_order(struct faulty_proxy *proxy)
{
    int left = atomic_load(&proxy->to_lose);

    if (left == 0)
        return false;
    atomic_fetch_sub(&proxy->to_lose, 1); /* we alone count down */
    atomic_fetch_add(&proxy->lost, 1);
    return true;
}

static void serve_pair(struct faulty_proxy *proxy, struct pair *pair, short client, short server)
{
    if (client && !relay(pair->client, pair->server)) {
        close_pair(pair);
        return;
    }
    if (server && (take_order(proxy) || !relay(pair->server, pair->client)))
        close_pair(pair);
}

static void *run(void *argument)
{
    struct faulty_proxy *proxy = argument;

    for (;;) {
        struct pollfd polled[2 + 2 * PAIRS_LIMIT] = {{.fd = proxy->stop_fd, .events = POLLIN},
                                                     {.fd = proxy->listener, .events = POLLIN}};

        for (int i = 0; i < PAIRS_LIMIT; i++) {
            polled[2 + 2 * i] = (struct pollfd){.fd = proxy->pairs[i].client, .events = POLLIN};
            polled[3 + 2 * i] = (struct pollfd){.fd = proxy->pairs[i].server, .events = POLLIN};
        }
        if (poll(polled, 2 + 2 * PAIRS_LIMIT, -1) < 0)
            continue;
        if (polled[0].revents)
            return NULL;
        for (int i = 0; i < PAIRS_LIMIT; i++)
            if (proxy->pairs[i].client >= 0)
                serve_pair(proxy, &proxy->pairs[i], polled[2 + 2 * i].revents,
                           polled[3 + 2 * i].revents);
        if (polled[1].revents)
            accept_pair(proxy);
    }
}

struct faulty_proxy *faulty_proxy_start(int server_port)
{
    struct faulty_proxy *proxy = mem_zalloc(sizeof(*proxy));
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);

    memset(proxy->pairs, -1, sizeof(proxy->pairs));
    proxy->server_port = server_port;
    proxy->stop_fd = eventfd(0, 0);
    proxy->listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(proxy->stop_fd >= 0 && proxy->listener >= 0);
    CHECK(bind(proxy->listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    CHECK(listen(proxy->listener, PAIRS_LIMIT) == 0);
    CHECK(getsockname(proxy->listener, (struct sockaddr *)&address, &size) == 0);
    proxy->port = ntohs(address.sin_port);
    CHECK(pthread_create(&proxy->thread, NULL, run, proxy) == 0);
    return proxy;
}

void faulty_proxy_stop(struct faulty_proxy *proxy)
{
    const uint64_t one = 1;

    CHECK(write(proxy->stop_fd, &one, sizeof(one)) == sizeof(one));
    pthread_join(proxy->thread, NULL);
    for (int i = 0; i < PAIRS_LIMIT; i++)
        if (proxy->pairs[i].client >= 0)
            close_pair(&proxy->pairs[i]);
    close(proxy->listener);
    close(proxy->stop_fd);
    mem_free(proxy);
}

int faulty_proxy_port(const struct faulty_proxy *proxy)
{
    return proxy->port;
}

void faulty_proxy_lose(struct faulty_proxy *proxy, int count)
{
    atomic_store(&proxy->to_lose, count);
}

int faulty_proxy_lost(const struct faulty_proxy *proxy)
{
    return atomic_load(&proxy->lost);
}
