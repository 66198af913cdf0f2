/* faulty_proxy.h - stands between a client and a server on loopback and loses answers on order: the
 * requests arrive, what the server says to them does not, and both connections end. A thread of its
 * own; the functions are called by the test's thread. */
#ifndef MS_TESTS_UNIT_CLIENTS_FAULTY_PROXY_H
#define MS_TESTS_UNIT_CLIENTS_FAULTY_PROXY_H

struct faulty_proxy;

/* Listens on a free port in front of 127.0.0.1:`server_port`. */
struct faulty_proxy *faulty_proxy_start(int server_port);
void faulty_proxy_stop(struct faulty_proxy *proxy);
int faulty_proxy_port(const struct faulty_proxy *proxy);

/* The next `count` answers (pieces the server sends) are lost, each with its connection. */
void faulty_proxy_lose(struct faulty_proxy *proxy, int count);

/* How many were lost since the start. */
int faulty_proxy_lost(const struct faulty_proxy *proxy);

#endif
