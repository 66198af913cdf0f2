/* reply_internal.h - turns received bytes into a struct ms_reply. One reader for each connection;
 * it remembers how far it got in a message that is not complete. */
#ifndef MS_CLIENTS_C_REPLY_INTERNAL_H
#define MS_CLIENTS_C_REPLY_INTERNAL_H

#include "clients/c/millstream.h"

#include <stddef.h>

struct reply_reader;

struct reply_reader *reply_reader_new(void);
void reply_reader_free(struct reply_reader *reader);

/* Forgets a half-read message. */
void reply_reader_reset(struct reply_reader *reader);

/* Offers the unread bytes. The first *used of them are done with in any case. 1: *reply is
 * complete; 0: more are needed; MS_ERROR_PROTOCOL with words in *error (then reset before going
 * on). */
int reply_reader_feed(struct reply_reader *reader, const char *data, size_t size, size_t *used,
                      struct ms_reply **reply, const char **error);

#endif
