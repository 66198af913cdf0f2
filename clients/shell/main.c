/* main.c - millstream-cli: one command, lines from standard input, raw protocol, or interactive. */
#include "clients/shell/link.h"
#include "clients/shell/prompt.h"
#include "core/base/mem.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CHUNK = 64 * 1024,
    LINE_WORDS = 1024
};

static void read_all(FILE *file, struct buffer *to)
{
    size_t got;

    do {
        got = fread(buffer_reserve(to, CHUNK), 1, CHUNK, file);
        to->size += got;
    } while (got > 0);
}

static void pause_for(double seconds)
{
    struct timespec span = {.tv_sec = (time_t)seconds};

    span.tv_nsec = (long)((seconds - (double)span.tv_sec) * 1e9);
    nanosleep(&span, NULL);
}

/* The command of the command line, as often as asked. */
static int run_once(struct link *link, int argc, char **argv)
{
    const struct shell_options *options = link->options;
    struct span *words = mem_alloc(sizeof(*words) * (size_t)(argc + 1));
    struct buffer last = {0};
    size_t count = 0;
    int code = 0;

    for (; count < (size_t)argc; count++)
        words[count] = span_text(argv[count]);
    if (options->last_from_stdin) {
        read_all(stdin, &last);
        words[count++] = span_of(last.data, last.size);
    }
    for (int64_t i = 0; options->repeat < 0 || i < options->repeat; i++) {
        if (i > 0)
            pause_for(options->interval_s);
        code |= prompt_call(link, count, words, options->style);
        if (link->fd < 0 && options->interval_s <= 0)
            break;
    }
    buffer_release(&last);
    mem_free(words);
    return code;
}

/* Commands line by line. */
static int run_lines(struct link *link)
{
    struct buffer scratch = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t size;
    int code = 0;

    while ((size = getline(&line, &room, stdin)) >= 0) {
        struct span words[LINE_WORDS], text = span_of(line, (size_t)size);
        int count;

        while (text.size > 0 && strchr("\r\n", text.data[text.size - 1]))
            text.size--;
        count = prompt_split(text, &scratch, words, LINE_WORDS);
        if (count < 0) {
            fprintf(stderr, "Invalid argument(s): the quotes are not balanced\n");
            code = 1;
        } else if (count > 0) {
            code |= prompt_call(link, (size_t)count, words, link->options->style);
        }
    }
    free(line);
    buffer_release(&scratch);
    return code;
}

/* --- Mass insertion: standard input goes out as it is, and replies are counted. The end is known
 * by the reply to an ECHO of our own behind it. */

struct pipe_state {
    long long replies, errors;
    char mark[64];
    bool marked, done;
};

static bool take_replies(struct link *link, struct pipe_state *state)
{
    for (;;) {
        const struct resp_value *value = NULL;
        size_t consumed = 0;
        int rc;

        if (link->in.size == 0)
            return true;
        rc = resp_reader_feed(&link->reader, link->arena, link->in.data, link->in.size, &consumed,
                              &value);
        buffer_consume(&link->in, consumed);
        if (rc < 0)
            return false;
        if (rc == 0)
            return true;
        if (state->marked && value->type == RESP_BULK &&
            span_equal(value->text, span_text(state->mark)))
            state->done = true;
        else
            state->replies++;
        if (value->type == RESP_ERROR) {
            state->errors++;
            fprintf(stderr, "%.*s\n", SPAN_ARGS(value->text));
        }
        arena_reset(link->arena);
    }
}

/* Reads more of standard input, or puts the mark behind its end. */
static void refill(struct link *link, struct pipe_state *state)
{
    ssize_t got = read(STDIN_FILENO, buffer_reserve(&link->out, CHUNK), CHUNK);
    struct span words[2] = {SPAN("ECHO"), span_text(state->mark)};

    if (got > 0) {
        link->out.size += (size_t)got;
        return;
    }
    resp_write_command(&link->out, 2, words);
    state->marked = true;
}

static int run_pipe(struct link *link)
{
    struct pipe_state state = {0};

    if (!link_open(link)) {
        fprintf(stderr, "%s\n", link->error);
        return 1;
    }
    snprintf(state.mark, sizeof(state.mark), "millstream-cli-end-%d-%ld", (int)getpid(),
             (long)time(NULL));
    while (!state.done) {
        struct pollfd poll_fd = {.fd = link->fd, .events = POLLIN};
        ssize_t count;

        if (link->out.size == 0 && !state.marked)
            refill(link, &state);
        if (link->out.size > 0)
            poll_fd.events |= POLLOUT;
        if (poll(&poll_fd, 1, -1) < 0)
            continue;
        if (poll_fd.revents & POLLOUT) {
            count = send(link->fd, link->out.data, link->out.size, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (count > 0)
                buffer_consume(&link->out, (size_t)count);
        }
        if (poll_fd.revents & (POLLIN | POLLHUP | POLLERR)) {
            count = recv(link->fd, buffer_reserve(&link->in, CHUNK), CHUNK, MSG_DONTWAIT);
            if (count == 0) {
                fprintf(stderr, "Server closed the connection\n");
                return 1;
            }
            link->in.size += count > 0 ? (size_t)count : 0;
            if (!take_replies(link, &state)) {
                fprintf(stderr, "The server's reply is no RESP: %s\n", link->reader.error);
                return 1;
            }
        }
    }
    printf("All data transferred. errors: %lld, replies: %lld\n", state.errors, state.replies);
    return state.errors > 0;
}

int main(int argc, char **argv)
{
    struct shell_options options;
    struct link link;
    int rc = shell_options_parse(&options, argc, argv);

    if (rc != 0)
        return rc > 0 ? 2 : 0;
    if (!options.style_given)
        options.style = isatty(STDOUT_FILENO) ? FORMAT_TERMINAL : FORMAT_RAW;
    link_init(&link, &options);
    if (options.pipe)
        rc = run_pipe(&link);
    else if (options.command_at < argc)
        rc = run_once(&link, argc - options.command_at, argv + options.command_at);
    else if (isatty(STDIN_FILENO))
        rc = prompt_run(&link, options.style);
    else
        rc = run_lines(&link);
    link_release(&link);
    return rc;
}
