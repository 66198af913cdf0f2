/* millstream.h - the C client library of Millstream (libmillstream).
 *
 * Speaks RESP2 and RESP3, so it also works with Redis and Valkey. Four parts, each usable alone:
 *
 *   ms_connection   one connection: commands, pipelines, pushes, reconnect with backoff
 *   ms_value        what a server answered, as a tree
 *   ms_producer     appends to a stream; its retries cannot append an entry twice
 *   ms_consumer     a member of a consumer group: reads, takes over what others left, acknowledges
 *
 * Threads: an object belongs to one thread at a time; different objects may be used at the same
 * time. The one exception is ms_consumer_stop.
 *
 * Results: functions that can fail return MS_OK (0) or a negative enum ms_status; the words are in
 * ms_connection_error and its like. Pointers given to a function are borrowed for the call unless
 * its comment says otherwise. Strings are UTF-8 or any other bytes: everything with a size is
 * binary-safe. Times are milliseconds. The library starts no thread, installs no signal handler
 * and never raises SIGPIPE. Out of memory ends the process.
 *
 * Before 1.0 the ABI may change with each minor version; SOVERSION is 0 until then. */
#ifndef MILLSTREAM_H
#define MILLSTREAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define MS_API __attribute__((visibility("default")))
#else
#define MS_API
#endif

/* The library's version as text, "0.1.0". Static storage. */
MS_API const char *ms_version(void);

enum ms_status {
    MS_OK = 0,
    MS_ERROR_IO = -1,       /* the network or the name lookup failed; nothing was sent */
    MS_ERROR_CLOSED = -2,   /* the connection broke: what was under way may have been carried out */
    MS_ERROR_TIMEOUT = -3,  /* no answer in time; the connection is closed, as after CLOSED */
    MS_ERROR_PROTOCOL = -4, /* the peer sent what is no RESP; the connection is closed */
    MS_ERROR_REPLY = -5,    /* the server answered with an error reply */
    MS_ERROR_USAGE = -6,    /* the arguments make no sense; nothing happened */
    MS_ERROR_STOPPED = -7,  /* ms_consumer_stop was called */
    MS_ERROR_UNSURE = -8,   /* an entry may or may not have been appended (see ms_producer) */
};

/* A short English name of a status. Static storage. */
MS_API const char *ms_status_name(int status);

/* ---- Replies ------------------------------------------------------------------------------- */

/* What a server sent, as a read-only tree. A `struct ms_reply` owns the whole tree; the values in
 * it are borrowed until ms_reply_free. */
struct ms_reply;
struct ms_value;

enum ms_type {
    MS_NULL,   /* RESP2's null bulk and null array too */
    MS_STRING, /* a bulk string */
    MS_TEXT,   /* RESP3's verbatim string: for people to read; without its format prefix */
    MS_STATUS, /* a simple string: +OK */
    MS_ERROR,  /* an error reply; its text begins with a code: "WRONGTYPE ..." */
    MS_INTEGER,
    MS_DOUBLE,
    MS_BOOLEAN,
    MS_BIGNUM, /* its digits are the text */
    MS_ARRAY,
    MS_SET,
    MS_MAP,  /* key, value, key, value: ms_value_count counts both */
    MS_PUSH, /* out of band: messages, invalidations */
};

/* The root. Never NULL for a reply that a function gave you; NULL for NULL. */
MS_API const struct ms_value *ms_reply_value(const struct ms_reply *reply);

/* Reads one reply out of RESP bytes of your own (a file, a test); *used (may be NULL) is how many
 * of them it took. NULL when they hold no whole reply. */
MS_API struct ms_reply *ms_reply_parse(const void *bytes, size_t size, size_t *used);

/* NULL is allowed. */
MS_API void ms_reply_free(struct ms_reply *reply);

/* All accessors take NULL for a missing value and treat it as MS_NULL, so that lookups chain:
 * ms_value_text(ms_value_at(ms_value_at(v, 0), 1), &size). */
MS_API enum ms_type ms_value_type(const struct ms_value *value);

/* The text of MS_STRING, MS_TEXT, MS_STATUS, MS_ERROR and MS_BIGNUM, followed by a zero byte that
 * `size` (may be NULL) does not count; NULL for any other type. */
MS_API const char *ms_value_text(const struct ms_value *value, size_t *size);

/* The number of MS_INTEGER and MS_BOOLEAN, MS_DOUBLE cut to an integer; a text that is a decimal
 * integer counts as one. Else 0. */
MS_API int64_t ms_value_integer(const struct ms_value *value);
MS_API double ms_value_double(const struct ms_value *value);

/* Items of an MS_ARRAY, MS_SET, MS_MAP or MS_PUSH; 0 for any other type. */
MS_API size_t ms_value_count(const struct ms_value *value);

/* The item `at` (from 0), NULL beyond the end. */
MS_API const struct ms_value *ms_value_at(const struct ms_value *value, size_t at);

/* The value under the text `key` in a map, or in an array of key, value, key, value as RESP2 sends
 * maps. NULL when it is not there. O(items). */
MS_API const struct ms_value *ms_value_get(const struct ms_value *value, const char *key);

/* ---- Transport ----------------------------------------------------------------------------- */

enum ms_transport_result {
    MS_TRANSPORT_END = 0,         /* read: the peer closed; start: done */
    MS_TRANSPORT_WANT_READ = -1,  /* call again when the socket is readable */
    MS_TRANSPORT_WANT_WRITE = -2, /* call again when it is writable */
    MS_TRANSPORT_FAILED = -3,     /* `error` has the reason where there is one */
};

/* How bytes travel over a connected, non-blocking socket. The default is plain; ms_tls_transport is
 * TLS by OpenSSL, and another library plugs in here likewise: `session` is then its object, start
 * its handshake. The library polls the socket; the functions must not wait, and bytes of the peer
 * must not be kept back inside the session when a read has room for 64 KiB. */
struct ms_transport {
    /* Makes the session of a fresh socket. `host` is what was asked for (for SNI and the check of
     * the certificate). Returns it, or NULL with a reason in `error`. */
    void *(*open)(void *context, int fd, const char *host, char *error, size_t error_size);
    /* Goes on with the handshake until it returns MS_TRANSPORT_END. NULL when there is none. */
    int (*start)(void *session, char *error, size_t error_size);
    /* Bytes moved, above 0, or an enum ms_transport_result. */
    ptrdiff_t (*read)(void *session, void *to, size_t size);
    ptrdiff_t (*write)(void *session, const void *from, size_t size);
    /* Ends the session. The library closes the socket afterwards. */
    void (*close)(void *session);
    /* Why a read or write has failed, "" when errno tells; borrowed until close. May be NULL. */
    const char *(*reason)(void *session);
};

/* ---- TLS ----------------------------------------------------------------------------------- */

/* All NULL and 0 is a good beginning: no certificate of our own, the server's checked against what
 * the system trusts and against the host's name. Files are PEM. */
struct ms_tls_options {
    const char *ca_file;          /* who may have signed the server's certificate; */
    const char *ca_directory;     /* with both NULL the system's */
    const char *certificate_file; /* our own, with its chain; NULL: none */
    const char *key_file;
    const char *server_name;  /* to ask for (SNI) and to be in the certificate; NULL: the host */
    const char *ciphers;      /* of TLS 1.2, OpenSSL's list; NULL: its default */
    const char *ciphersuites; /* of TLS 1.3 */
    int insecure;             /* not 0: any server will do, checked by nothing */
};

struct ms_tls;

/* Reads the files. NULL with the reason in `error`. May be used by many connections and threads at
 * the same time; lives until the last of them is closed. */
MS_API struct ms_tls *ms_tls_new(const struct ms_tls_options *options, char *error,
                                 size_t error_size);

/* NULL is allowed. */
MS_API void ms_tls_free(struct ms_tls *tls);

/* For ms_options.transport, with the ms_tls as its transport_context. Static storage. */
MS_API const struct ms_transport *ms_tls_transport(void);

/* ---- Connections --------------------------------------------------------------------------- */

struct ms_options {
    const char *host;      /* "127.0.0.1" */
    int port;              /* 6379 */
    const char *unix_path; /* NULL; when set, host and port are not used */
    const char *username;  /* NULL: the default user */
    const char *password;  /* NULL: no AUTH */
    const char *client_name;
    int database;           /* 0 */
    int protocol;           /* 3; a server that does not know HELLO is spoken to in RESP2 */
    int connect_timeout_ms; /* 5000, covers the lookup, the handshake, AUTH and SELECT */
    int command_timeout_ms; /* 30000, for each answer; 0 waits for ever */
    int reconnect_limit;  /* 5 tries after the first before a call gives up; -1 goes on for ever */
    int backoff_first_ms; /* 50: the pause before the second try; doubles, with some chance */
    int backoff_limit_ms; /* 5000 */
    const struct ms_transport *transport; /* NULL: plain */
    void *transport_context;
};

/* Fills in the defaults named above; always begin with this. */
MS_API void ms_options_init(struct ms_options *options);

struct ms_connection;

/* A connection that is not open yet; the first command opens it. Copies the strings of `options`
 * (NULL for all defaults); the transport is borrowed until ms_connection_free. Never NULL. */
MS_API struct ms_connection *ms_connection_new(const struct ms_options *options);

/* Closes and frees. Replies stay valid. NULL is allowed. */
MS_API void ms_connection_free(struct ms_connection *connection);

/* Makes sure that the connection is open: connects, says HELLO, AUTH, SELECT; tries again with
 * backoff as the options say. MS_OK, MS_ERROR_IO, MS_ERROR_TIMEOUT, MS_ERROR_PROTOCOL, or
 * MS_ERROR_REPLY when the server refuses the login or the database (never retried). */
MS_API int ms_connection_open(struct ms_connection *connection);

/* Closes; answers not yet received are lost. The next command opens it again. */
MS_API void ms_connection_close(struct ms_connection *connection);

MS_API int ms_connection_is_open(const struct ms_connection *connection);

/* Why the last call failed, "" after a success. Borrowed until the next call. */
MS_API const char *ms_connection_error(const struct ms_connection *connection);

/* The socket for a poll of your own, -1 when closed. */
MS_API int ms_connection_fd(const struct ms_connection *connection);

/* 2 or 3, as agreed with the server; 0 before the first opening. */
MS_API int ms_connection_protocol(const struct ms_connection *connection);

/* The server's id for this connection (CLIENT ID), 0 when not known. */
MS_API int64_t ms_connection_id(const struct ms_connection *connection);

/* How often it was opened. A change tells that session state (MULTI, WATCH, SUBSCRIBE) is gone. */
MS_API unsigned ms_connection_generation(const struct ms_connection *connection);

/* Sends one command and waits for its answer. `sizes` may be NULL when all arguments are text;
 * `reply` may be NULL here, in ms_commandf and in ms_receive when only the status matters. MS_OK
 * with the answer in *reply, which you free; MS_ERROR_REPLY with the error reply in *reply, too;
 * else *reply is NULL. A closed connection is opened first; a command that was sent is never sent
 * again by itself, since it may have been carried out. Answers of commands sent before with ms_send
 * must have been received: else MS_ERROR_USAGE. */
MS_API int ms_command(struct ms_connection *connection, size_t argc, const char *const argv[],
                      const size_t sizes[], struct ms_reply **reply);

/* The same from words separated by blanks, one for each argument. In them %s is a
 * text, %b a pointer and a size_t, %d an int, %lld a long long, %zu a size_t, %% a per cent sign.
 * What is put in is never split. MS_ERROR_USAGE for any other directive.
 *     ms_commandf(c, &reply, "SET user:%d %b", id, data, size) */
MS_API int ms_commandf(struct ms_connection *connection, struct ms_reply **reply, const char *words,
                       ...);

/* Pipelines: ms_send queues commands in memory, the first ms_receive writes them all, and each
 * ms_receive gives the next answer in order. Opening happens in the first ms_send. */
MS_API int ms_send(struct ms_connection *connection, size_t argc, const char *const argv[],
                   const size_t sizes[]);
MS_API int ms_sendf(struct ms_connection *connection, const char *words, ...);

/* Queues bytes that are RESP already and hold `commands` commands. */
MS_API int ms_send_raw(struct ms_connection *connection, const void *bytes, size_t size,
                       size_t commands);

/* Writes what is queued. Reads answers into memory when the server is stuck sending them. */
MS_API int ms_flush(struct ms_connection *connection);

/* The next answer as ms_command gives it; MS_ERROR_USAGE when no answer is due. */
MS_API int ms_receive(struct ms_connection *connection, struct ms_reply **reply);

/* The next message whatever it is: a push as well as an answer, due or not (MONITOR, SUBSCRIBE in
 * RESP2). Waits `timeout_ms` (0: only what is here; -1: for ever); MS_ERROR_TIMEOUT leaves the
 * connection open here. Error replies give MS_OK. */
MS_API int ms_receive_any(struct ms_connection *connection, struct ms_reply **reply,
                          int timeout_ms);

/* Answers that were not received yet. */
MS_API size_t ms_connection_pending(const struct ms_connection *connection);

/* Who gets RESP3 pushes that arrive while an answer is waited for; NULL drops them. The handler
 * must not use the connection; `push` is borrowed for the call. */
typedef void ms_push_handler(void *context, const struct ms_value *push);
MS_API void ms_connection_on_push(struct ms_connection *connection, ms_push_handler *handler,
                                  void *context);

/* The timeout of the following answers, see command_timeout_ms. */
MS_API void ms_connection_set_timeout(struct ms_connection *connection, int timeout_ms);

/* ---- Entries ------------------------------------------------------------------------------- */

enum {
    MS_ID_SIZE = 48 /* room for any entry id as text with its zero byte */
};

struct ms_field {
    const char *name;
    size_t name_size;
    const char *value;
    size_t value_size;
};

/* A field whose name and value are text. */
#define MS_FIELD(name_text, value_text) ms_field_text((name_text), (value_text))
MS_API struct ms_field ms_field_text(const char *name, const char *value);

/* ---- Producer ------------------------------------------------------------------------------ */

/* Appends entries to one stream. Each entry gets a number under the producer's id and goes out as
 * XADD ... IDMP <producer id> <number>, which the server carries out once however often it comes.
 * So when an answer is lost, the producer reconnects and sends again without harm.
 *
 * Fallback: a server without IDMP (Redis before 8.6, Valkey) answers the first one with an error,
 * which is noticed once per producer. From then on plain XADDs are sent, and an entry
 * whose answer is lost is *not* sent again but reported as MS_ERROR_UNSURE, since nobody can know.
 * With `resend_unsure` it is sent again: nothing is lost, but it may be there twice.
 *
 * Bounds: the server remembers the last 100 numbers of a producer for 100 seconds (XCFGSET changes
 * both). So at most MS_PRODUCER_BATCH_LIMIT entries are under way, and retries end after
 * `retry_limit_ms`, which must stay below that time; then MS_ERROR_UNSURE is reported. */
struct ms_producer;

enum {
    MS_PRODUCER_BATCH_LIMIT = 100
};

/* One entry's end: `status` is MS_OK with its id, MS_ERROR_REPLY (the server refused it: `error`
 * says why), MS_ERROR_UNSURE, or MS_ERROR_IO (it was never sent). `tag` is what ms_producer_queue
 * was given. Called in order of queueing; must not use the producer. */
typedef void ms_delivered_handler(void *context, void *tag, int status, const char *id,
                                  const char *error);

struct ms_producer_options {
    const char *stream;              /* required; text */
    const char *producer_id;         /* NULL: 128 random bits, new for each producer */
    int64_t limit;                   /* 0: none; else MAXLEN */
    int exact_limit;                 /* 0: MAXLEN ~, cheaper; 1: MAXLEN = */
    int batch;                       /* 50: queued entries that are sent together, at most 100 */
    int retry_limit_ms;              /* 60000 */
    int resend_unsure;               /* 0 */
    ms_delivered_handler *delivered; /* NULL: only the status of the flush tells */
    void *context;
};

MS_API void ms_producer_options_init(struct ms_producer_options *options);

/* Copies everything it is given. NULL when `stream` is missing or a number is out of range. */
MS_API struct ms_producer *ms_producer_new(const struct ms_options *connection,
                                           const struct ms_producer_options *options);

/* Drops what is queued and not flushed. NULL is allowed. */
MS_API void ms_producer_free(struct ms_producer *producer);

/* Appends one entry and waits: MS_OK with its id in `id` (MS_ID_SIZE bytes; may be NULL), or what
 * became of it as in ms_delivered_handler. Entries queued before are flushed first. `delivered` is
 * called for it as well, with a NULL tag. */
MS_API int ms_producer_send(struct ms_producer *producer, const struct ms_field *fields,
                            size_t count, char *id);

/* Queues one entry (copied); flushes when a batch is full. MS_OK, MS_ERROR_USAGE (no fields), or
 * what the flush returned. */
MS_API int ms_producer_queue(struct ms_producer *producer, const struct ms_field *fields,
                             size_t count, void *tag);

/* Sends all that is queued and waits for every answer, reconnecting as needed. Afterwards nothing
 * is queued; the result is MS_OK when all were appended, else the status of the first that was
 * not. */
MS_API int ms_producer_flush(struct ms_producer *producer);

/* 1: IDMP works with this server, 0: it does not (fallback), -1: nothing was sent yet. */
MS_API int ms_producer_is_idempotent(const struct ms_producer *producer);

MS_API const char *ms_producer_error(const struct ms_producer *producer);

/* ---- Consumer ------------------------------------------------------------------------------ */

/* A member of a consumer group. Joins the group (or creates it, and the stream), then gives you
 * entries: first what this consumer's name had been given before and did not acknowledge, then
 * entries that other members have left idle for `claim_idle_ms` and new ones.
 *
 * Every entry is delivered at least once: acknowledge it when its work is done, and make the work
 * bear repetition. Acknowledgements are collected and sent with the next read. When the connection
 * breaks, the consumer reconnects, repeats the acknowledgements and asks for what was handed to it
 * in an answer that got lost; when the group has gone, it is created again.
 *
 * Fallback: retries are taken with XREADGROUP ... CLAIM (Redis 8.4); a server that does not know it
 * answers the first one with an error, which is noticed once per consumer. From then on XAUTOCLAIM
 * runs about twice per `claim_idle_ms`, and XPENDING tells the deliveries of what it took. */
struct ms_consumer;

struct ms_consumer_options {
    const char *stream;    /* required; text */
    const char *group;     /* required; text */
    const char *consumer;  /* NULL: host name, process id and a random part */
    const char *start;     /* "0": where a group made by us starts; "$" is after what is there */
    int batch;             /* 50: entries per read */
    int block_ms;          /* 5000: how long one read waits on the server */
    int64_t claim_idle_ms; /* 60000: when an entry of another member counts as left; 0: never */
    int leave;             /* 1: when stopped with nothing pending, delete the consumer's name */
};

MS_API void ms_consumer_options_init(struct ms_consumer_options *options);

/* Copies everything it is given; connects with the first read. NULL when a name is missing or a
 * number is out of range. */
MS_API struct ms_consumer *ms_consumer_new(const struct ms_options *connection,
                                           const struct ms_consumer_options *options);

/* Sends no acknowledgement: call ms_consumer_close first for a clean end. NULL is allowed. */
MS_API void ms_consumer_free(struct ms_consumer *consumer);

struct ms_entry {
    const char *id;
    const struct ms_field *fields;
    size_t count;
    int64_t deliveries; /* how often it was delivered, with this time; 1 is the first */
    int64_t idle_ms;    /* how long it lay with its last consumer; 0 when new or not known */
};

/* Pull: the next entry, waiting up to `timeout_ms` (-1: for ever). MS_OK; MS_ERROR_TIMEOUT;
 * MS_ERROR_STOPPED once ms_consumer_stop was called and everything received has been given out;
 * MS_ERROR_REPLY; MS_ERROR_IO and so on when reconnecting failed. *entry is borrowed until the next
 * call of ms_consumer_next. With a timeout below block_ms the server is asked to wait only that
 * long. */
MS_API int ms_consumer_next(struct ms_consumer *consumer, const struct ms_entry **entry,
                            int timeout_ms);

/* Marks the entry `id` as done. It is sent with the next read, or by ms_consumer_flush. */
MS_API int ms_consumer_ack(struct ms_consumer *consumer, const char *id);

/* Sends the collected acknowledgements and waits until the server has them. */
MS_API int ms_consumer_flush(struct ms_consumer *consumer);

enum ms_verdict {
    MS_ACK,  /* done: acknowledge it */
    MS_KEEP, /* not done: it stays pending and is taken again after claim_idle_ms */
};

/* Callback: what to do with an entry. Borrowed for the call. */
typedef enum ms_verdict ms_entry_handler(void *context, const struct ms_entry *entry);

/* Calls `handler` for entry after entry until ms_consumer_stop, then finishes what was received,
 * acknowledges, leaves and returns MS_OK. Any other result is why it could not go on; what was
 * received then stays pending. */
MS_API int ms_consumer_run(struct ms_consumer *consumer, ms_entry_handler *handler, void *context);

/* Asks the consumer to stop: run finishes and returns, next gives MS_ERROR_STOPPED after what was
 * received. A read that waits on the server is cut short. May be called from any thread and from a
 * signal handler. */
MS_API void ms_consumer_stop(struct ms_consumer *consumer);

/* The clean end of pulling: sends acknowledgements and, with `leave`, deletes the consumer's name
 * from the group if nothing is pending for it. ms_consumer_run does it itself. */
MS_API int ms_consumer_close(struct ms_consumer *consumer);

MS_API const char *ms_consumer_name(const struct ms_consumer *consumer);
MS_API const char *ms_consumer_error(const struct ms_consumer *consumer);

#ifdef __cplusplus
}
#endif
#endif
