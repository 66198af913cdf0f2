#include "clients/shell/pipe.h"
#include "core/base/mem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    PIECE = 64 * 1024,
    MARK_SIZE = 41
};

struct pipe_state {
    struct ms_connection *connection;
    unsigned long long replies;
    unsigned long long errors;
    char mark[MARK_SIZE];
    bool ended; /* the mark came back */
};

static void make_mark(char mark[MARK_SIZE])
{
    unsigned char chance[20] = {0};

    if (getrandom(chance, sizeof(chance), 0) < 0)
        chance[0] = (unsigned char)getpid();
    for (size_t i = 0; i < sizeof(chance); i++)
        snprintf(mark + 2 * i, 3, "%02x", chance[i]);
}

static void count_reply(struct pipe_state *state, const struct ms_value *value)
{
    size_t size;
    const char *text = ms_value_text(value, &size);

    if (ms_value_type(value) == MS_STRING && strcmp(text, state->mark) == 0) {
        state->ended = true;
        return;
    }
    state->replies++;
    if (ms_value_type(value) == MS_ERROR) {
        state->errors++;
        fprintf(stderr, "%s\n", text);
    }
}

/* Counts what has arrived; waits up to `timeout_ms` for the first. MS_ERROR_TIMEOUT only when there
 * was none. */
static int read_replies(struct pipe_state *state, int timeout_ms)
{
    bool any = false;

    while (!state->ended) {
        struct ms_reply *reply;
        int rc = ms_receive_any(state->connection, &reply, any ? 0 : timeout_ms);

        if (rc != MS_OK)
            return any && rc == MS_ERROR_TIMEOUT ? MS_OK : rc;
        any = true;
        count_reply(state, ms_reply_value(reply));
        ms_reply_free(reply);
    }
    return MS_OK;
}

static int send_all(struct pipe_state *state, int fd)
{
    char *piece = mem_alloc(PIECE);
    int rc = MS_OK;

    while (rc == MS_OK) {
        ssize_t got = read(fd, piece, PIECE);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        rc = ms_send_raw(state->connection, piece, (size_t)got, 0);
        if (rc == MS_OK)
            rc = ms_flush(state->connection);
        if (rc == MS_OK)
            rc = read_replies(state, 0);
        if (rc == MS_ERROR_TIMEOUT)
            rc = MS_OK;
    }
    mem_free(piece);
    return rc;
}

int pipe_run(struct ms_connection *connection, int fd, int timeout_s)
{
    struct pipe_state state = {.connection = connection};
    int rc;

    make_mark(state.mark);
    rc = ms_connection_open(connection);
    if (rc == MS_OK)
        rc = send_all(&state, fd);
    if (rc == MS_OK) {
        puts("All data transferred. Waiting for the last reply...");
        rc = ms_sendf(connection, "ECHO %s", state.mark);
    }
    while (rc == MS_OK && !state.ended)
        rc = read_replies(&state, timeout_s > 0 ? timeout_s * 1000 : -1);
    if (rc == MS_OK)
        puts("Last reply received from server.");
    else
        fprintf(stderr, "Error: %s\n", ms_connection_error(connection));
    printf("errors: %llu, replies: %llu\n", state.errors, state.replies);
    return rc == MS_OK && state.errors == 0 ? 0 : 1;
}
