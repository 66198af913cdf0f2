/* greeting.c - what a replica says first: PING, AUTH, REPLCONF, PSYNC. Each is answered by a line.
 */
#include "broker/replication/failover.h"
#include "broker/replication/link_internal.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/error.h"
#include "core/num/num.h"

#include <stdio.h>
#include <string.h>

enum {
    ANSWER_LIMIT = 1024,
    WORDS_LIMIT = 8,
};

/* Sends a call and reads the line that answers it. */
static int ask(struct primary_link *self, size_t count, const char *const *texts, char *answer,
               struct diag *diag)
{
    struct span words[WORDS_LIMIT];
    struct buffer out = {0};
    int rc;

    for (size_t i = 0; i < count; i++)
        words[i] = span_text(texts[i]);
    resp_write_command(&out, count, words);
    rc = peer_send(self->peer, span_of(out.data, out.size));
    buffer_release(&out);
    if (rc == 0)
        rc = peer_read_line(self->peer, answer, ANSWER_LIMIT);
    if (rc < 0)
        return diag_set(diag, rc, "the primary does not answer %s%s", texts[0],
                        rc == ERR_TIMEOUT ? " in time" : "");
    return 0;
}

static int refused(struct diag *diag, const char *what, const char *answer)
{
    return diag_set(diag, ERR_UNSUPPORTED, "the primary refuses %s: %.200s", what, answer);
}

/* What it answers before it knows who we are need not be PONG. */
static int say_hello(struct primary_link *self, char *answer, struct diag *diag)
{
    const struct follow_settings *settings = &self->settings;
    const char *const ping[] = {"PING"};
    const char *auth[3] = {"AUTH"};
    size_t count = 1;
    int rc = ask(self, 1, ping, answer, diag);

    if (rc < 0)
        return rc;
    if (answer[0] != '+' && strncmp(answer, "-NOAUTH", 7) != 0 &&
        strncmp(answer, "-NOPERM", 7) != 0 && strncmp(answer, "-ERR operation not permitted", 28))
        return refused(diag, "PING", answer);
    if (!settings->password[0])
        return 0;
    if (settings->user[0])
        auth[count++] = settings->user;
    auth[count++] = settings->password;
    rc = ask(self, count, auth, answer, diag);
    if (rc == 0 && answer[0] == '-')
        rc = refused(diag, "AUTH", answer);
    return rc;
}

/* Who does not know the option does without. */
static int tell(struct primary_link *self, size_t count, const char *const *words, char *answer,
                struct diag *diag)
{
    int rc = ask(self, count, words, answer, diag);

    if (rc == 0 && answer[0] == '-') {
        log_line(self->server->log, LOG_NOTICE, "The primary does not take REPLCONF %s: %.200s",
                 words[1], answer);
        if (strncmp(answer, "-NOAUTH", 7) == 0 || strncmp(answer, "-NOPERM", 7) == 0)
            return refused(diag, "REPLCONF", answer);
    }
    return rc;
}

static int tell_about_us(struct primary_link *self, char *answer, struct diag *diag)
{
    const char *host = self->settings.announced_host;
    char number[NUM_TEXT_LIMIT];
    const char *port[] = {"REPLCONF", "listening-port", number};
    const char *address[] = {"REPLCONF", "ip-address", host};
    const char *const abilities[] = {"REPLCONF", "capa", "eof",       "capa",
                                     "psync2",   "capa", "millstream"};
    int rc;

    snprintf(number, sizeof(number), "%d", self->settings.announced_port);
    rc = tell(self, 3, port, answer, diag);
    if (rc == 0 && host[0])
        rc = tell(self, 3, address, answer, diag);
    return rc < 0 ? rc : tell(self, 7, abilities, answer, diag);
}

static int tell_names(struct primary_link *self, const struct follow_place *place, char *answer,
                      struct diag *diag)
{
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < place->name_count; i++) {
        const char *const name[] = {"REPLCONF", "known-as", place->names[i]};

        rc = tell(self, 3, name, answer, diag);
        if (rc == 0 && answer[0] == '-')
            break; /* it is of another kind */
    }
    return rc;
}

static bool is_id(const char *text, size_t size)
{
    return size == COMMIT_ID_SIZE && strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz"
                                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= size;
}

static int understand(const char *line, struct follow_answer *answer, struct diag *diag)
{
    static const char full[] = "+FULLRESYNC ", more[] = "+CONTINUE";
    const char *at, *end;
    int64_t position;

    *answer = (struct follow_answer){0};
    if (strncmp(line, full, strlen(full)) == 0) {
        at = line + strlen(full);
        end = strchr(at, ' ');
        if (!end || !is_id(at, (size_t)(end - at)) ||
            num_parse_i64(span_text(end + 1), &position) < 0 || position < 0)
            return refused(diag, "PSYNC", line);
        answer->is_full = true;
        answer->position = (uint64_t)position;
        memcpy(answer->id, at, COMMIT_ID_SIZE);
        return 0;
    }
    if (strncmp(line, more, strlen(more)) != 0)
        return refused(diag, "PSYNC", line);
    at = line + strlen(more);
    if (*at == ' ' && is_id(at + 1, strlen(at + 1)))
        memcpy(answer->id, at + 1, COMMIT_ID_SIZE);
    return 0;
}

/* A refusal that does not go by itself. */
static bool is_final(const char *line)
{
    return line[0] == '-' && strncmp(line, "-LOADING", 8) != 0 && strncmp(line, "-BUSY", 5) != 0;
}

int greeting_run(struct primary_link *self, const struct follow_place *place,
                 struct follow_answer *answer, struct diag *diag)
{
    static const size_t words_of[] = {[ERRAND_NONE] = 3, [ERRAND_FAILOVER] = 4, [ERRAND_FORCE] = 5};
    char line[ANSWER_LIMIT], number[NUM_TEXT_LIMIT + 2];
    const char *const psync[] = {"PSYNC", place->is_known ? place->id : "?", number, "FAILOVER",
                                 "FORCE"};
    int rc = say_hello(self, line, diag);

    if (rc == 0)
        rc = tell_about_us(self, line, diag);
    if (rc == 0)
        rc = tell_names(self, place, line, diag);
    if (rc < 0)
        return rc;
    if (place->is_known)
        snprintf(number, sizeof(number), "%llu", (unsigned long long)place->position + 1);
    else
        snprintf(number, sizeof(number), "-1");
    if (self->errand != ERRAND_NONE && !failover_may_ask(self->replication->failover))
        return diag_set(diag, ERR_CLOSED, "it was given up");
    rc = ask(self, words_of[self->errand], psync, line, diag);
    self->is_refused = rc == 0 && is_final(line);
    return rc < 0 ? rc : understand(line, answer, diag);
}
