/* acl.h - who may do what: users, their rules, and the check of a call against them.
 *
 * The table of users belongs to the server. It changes in exclusive sections only (ACL SETUSER,
 * DELUSER, LOAD; CONFIG SET requirepass); everybody else reads it under his own world lock, so that
 * a batch of commands sees one state. A user keeps its address while its rules change: whoever
 * holds one (a session, a parked call) sees the rules in force. References are counted because a
 * user may be deleted while a call of his is still parked; a deleted user may do nothing.
 *
 * A user has a root selector and any number of further ones; a call is allowed if one selector
 * allows all of it: the command, each key in the way the command uses it, and each channel. */
#ifndef MS_BROKER_ACL_ACL_H
#define MS_BROKER_ACL_ACL_H

#include "broker/command/registry.h"
#include "core/base/diag.h"
#include "core/bytes/arena.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"
#include "core/command/reply.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct acl;
struct acl_rules; /* acl_internal.h */
struct reactor;
struct server;
struct session;

/* Open only so that checking a user without limits is one branch. */
struct acl_user {
    bool unrestricted; /* every command, key and channel */
    bool deleted;      /* not in the table any more: may do nothing */
    atomic_int references;
    struct acl_rules *rules;
    size_t name_size;
    char name[]; /* terminated */
};

/* In order of weight: of several selectors' refusals the one that got furthest is told. */
enum acl_verdict {
    ACL_ALLOWED = 0,
    ACL_DENIED_COMMAND,
    ACL_DENIED_KEY,
    ACL_DENIED_AUTH, /* not by acl_check: for the log of refusals */
    ACL_DENIED_CHANNEL,
    ACL_DENIED_CERTIFICATE, /* nor this: a TLS certificate's name is no user's */
};

struct acl_denial {
    enum acl_verdict verdict;
    int at; /* the argument refused: a key or channel; 0 for the command */
};

/* Where a call came from, for ACL LOG. */
enum acl_context {
    ACL_TOPLEVEL,
    ACL_MULTI,
    ACL_SCRIPT,
    ACL_MODULE,
};

static inline struct span acl_user_name(const struct acl_user *user)
{
    return span_of(user->name, user->name_size);
}

/* Takes another reference, or gives one back. Any thread. */
struct acl_user *acl_user_hold(struct acl_user *user);
void acl_user_release(struct acl_user *user);

/* --- The table. */

/* A table with the user "default", who may everything without a password. `registry` must outlive
 * it. */
struct acl *acl_new(const struct registry *registry);
void acl_free(struct acl *acl);

/* Follows the configuration: acl-pubsub-default. At start and exclusive. */
void acl_set_pubsub_default(struct acl *acl, bool all_channels);

/* The default user's password becomes this one, or none is needed if it is "". At start and
 * exclusive: requirepass. */
void acl_set_default_password(struct acl *acl, const char *password);

/* Drops the oldest entries of ACL LOG: acllog-max-len. Exclusive. */
void acl_trim_log(struct acl *acl, size_t limit);

/* Reads the users at start: those of the configuration's `user` lines, or those of `aclfile`. 0, or
 * ERR_SYNTAX / ERR_IO with the reason. */
int acl_load_at_start(struct server *server, struct diag *diag);

/* Appends the `user` lines for CONFIG REWRITE, without the word itself. Exclusive. */
void acl_config_lines(const struct acl *acl, struct buffer *out);

/* A user by name; NULL if unknown. Borrowed: hold it to keep it. */
struct acl_user *acl_find(const struct acl *acl, struct span name);

/* The user of connections that have not said who they are. */
struct acl_user *acl_default(const struct acl *acl);

/* True if the default user needs no password: connections begin authenticated. */
bool acl_default_is_open(const struct acl *acl);

/* False if the default user takes any password. */
bool acl_default_has_password(const struct acl *acl);

/* True if the user may log in (is on). */
bool acl_user_is_on(const struct acl_user *user);

/* --- Sessions. In the session's reactor, or exclusive. */

/* A new session, or one that was RESET: the default user's, authenticated if he needs no password.
 */
void acl_session_begin(struct session *session);
void acl_session_end(struct session *session);

/* From now on the session is this user's, and authenticated. */
void acl_session_login(struct session *session, struct acl_user *user);

/* Logs the session in if name and password are right. Otherwise counts and logs the failure and
 * returns false; the caller replies ACL_WRONGPASS. `word` is the command's name as it was sent. */
bool acl_session_authenticate(struct session *session, struct span name, struct span password,
                              struct span word);

/* A TLS client has proved by its certificate that it is called `name`: logs the session in as the
 * user of that name. If there is none, or he is off, that is counted and logged, and the session
 * stays whose it is. */
void acl_session_certify(struct session *session, struct span name);

#define ACL_WRONGPASS "WRONGPASS invalid username-password pair or user is disabled."

/* True if the session must authenticate before it may run anything. */
bool acl_session_is_stranger(const struct session *session);

/* --- The check. */

/* As acl_check, for users with limits. */
enum acl_verdict acl_check_rules(const struct acl_user *user, const struct command *command,
                                 size_t argc, const struct span *argv, struct arena *arena,
                                 struct acl_denial *why);

/* May the user run this call? `command` is the subcommand where there is one; of a call that does
 * not fit its arity, which will not run, the keys are not looked at. Pure: nothing is logged or
 * counted, whoever refuses calls acl_refuse. `arena` takes the positions of the keys; `why` is
 * filled in if it is refused and may not be NULL. The world lock of the thread is held (any
 * reactor, or exclusive). A call whose keys can't be found (a bad count) is not refused for its
 * keys: its handler refuses it. */
static inline enum acl_verdict acl_check(const struct acl_user *user, const struct command *command,
                                         size_t argc, const struct span *argv, struct arena *arena,
                                         struct acl_denial *why)
{
    if (__builtin_expect(user->unrestricted, 1))
        return ACL_ALLOWED;
    return acl_check_rules(user, command, argc, argv, arena, why);
}

const char *acl_check_sort(const struct acl_user *user, const struct command *command, size_t argc,
                           const struct span *argv);

/* Options that reach keys nobody can know before the call runs (BY and GET of SORT) need a user who
 * may read every key. The error to reply, or NULL if there is nothing against the call. To be asked
 * beside acl_check whenever a call runs (not when it is queued or tried by ACL DRYRUN). */
static inline const char *acl_check_options(const struct acl_user *user,
                                            const struct command *command, size_t argc,
                                            const struct span *argv)
{
    if (user->unrestricted || !(command->spec->flags & CMD_MOVABLEKEYS))
        return NULL;
    return acl_check_sort(user, command, argc, argv);
}

/* Carries out a refusal: the NOPERM reply (unless `out` is NULL), the counters of INFO, the entry
 * in ACL LOG. `reactor` is who runs and has `session`, who asked; NULL if it is gone. */
void acl_refuse(struct reactor *reactor, const struct session *session, const struct acl_user *user,
                const struct command *command, const struct span *argv,
                const struct acl_denial *why, enum acl_context context, struct reply *out);

/* The reply alone, where the session belongs to another reactor, which does the rest. */
void acl_reply_denial(const struct acl_user *user, const struct command *command,
                      const struct acl_denial *why, struct reply *out);

/* Appends the text of a refusal as in the NOPERM reply, without the code; `argv` not NULL: with the
 * key's or channel's name, as ACL DRYRUN tells it. */
void acl_denial_text(const struct acl_user *user, const struct command *command,
                     const struct span *argv, const struct acl_denial *why, struct buffer *out);

extern const struct command_spec acl_commands[];

#endif
