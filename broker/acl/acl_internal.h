/* acl_internal.h - what a user's rules are made of. Known to broker/acl only. */
#ifndef MS_BROKER_ACL_ACL_INTERNAL_H
#define MS_BROKER_ACL_ACL_INTERNAL_H

#include "broker/acl/acl.h"
#include "core/base/diag.h"
#include "core/bytes/buffer.h"

#include <pthread.h>

enum {
    ACL_COMMANDS_LIMIT = 1024, /* commands with subcommands; the registry is smaller */
    ACL_COMMAND_WORDS = ACL_COMMANDS_LIMIT / 64,
    ACL_CATEGORIES_LIMIT = 32,
    ACL_ITEMS_LIMIT = 1 << 14, /* patterns, first arguments, rules, selectors, passwords: of each */
    ACL_HEAD_SIZE = 8,         /* bytes of a pattern compared at once */
    ACL_HASH_SIZE = 32,        /* SHA-256 */
    ACL_HASH_TEXT = 2 * ACL_HASH_SIZE,
};

/* A set of commands by their numbers. */
struct acl_commands {
    uint64_t words[ACL_COMMAND_WORDS];
};

static inline bool acl_commands_has(const struct acl_commands *set, unsigned number)
{
    return set->words[number / 64] >> (number % 64) & 1;
}

static inline void acl_commands_put(struct acl_commands *set, unsigned number, bool in)
{
    uint64_t bit = UINT64_C(1) << (number % 64);

    if (in)
        set->words[number / 64] |= bit;
    else
        set->words[number / 64] &= ~bit;
}

enum acl_permission {
    ACL_READ = 1 << 0,
    ACL_WRITE = 1 << 1,
    ACL_READ_WRITE = ACL_READ | ACL_WRITE,
};

/* How a pattern is compared: most are a word, or a word and a star. */
enum acl_pattern_kind {
    ACL_PATTERN_WORD,
    ACL_PATTERN_PREFIX,
    ACL_PATTERN_GLOB,
};

struct acl_pattern {
    uint64_t head, head_mask; /* of what a text must begin with, as acl_head takes it */
    size_t head_size;         /* 0 .. ACL_HEAD_SIZE */
    enum acl_pattern_kind kind;
    unsigned permissions; /* enum acl_permission; of a channel all */
    struct span text;     /* owned */
};

struct acl_patterns {
    struct acl_pattern *items;
    size_t count;
};

/* "+select|0": the command is allowed with this first argument. */
struct acl_first_arg {
    unsigned number;  /* of the command */
    struct span word; /* owned */
};

/* One +command, -command, +@category or -@category since the last +@all or -@all, in order. */
struct acl_command_rule {
    bool allow;
    struct span what; /* owned; lower case, without the sign */
};

struct acl_selector {
    bool all_commands;    /* those that there are, and those to come */
    bool future_commands; /* the last of +@all, -@all was +@all */
    bool all_keys, all_channels;
    struct acl_commands commands;
    struct acl_patterns keys, channels;
    struct acl_first_arg *first_args;
    size_t first_arg_count;
    struct acl_command_rule *rules;
    size_t rule_count;
};

enum acl_user_flag {
    ACL_USER_ON = 1 << 0,
    ACL_USER_NOPASS = 1 << 1,
    ACL_USER_SANITIZE = 1 << 2,
    ACL_USER_SKIP_SANITIZE = 1 << 3,
};

struct acl_password {
    char text[ACL_HASH_TEXT]; /* the hash in lower-case hexadecimal, as it is shown */
};

struct acl_rules {
    unsigned flags; /* enum acl_user_flag */
    struct acl_password *passwords;
    size_t password_count;
    struct acl_selector **selectors; /* [0] is the root */
    size_t selector_count;
};

/* What rules are made with: commands, categories, defaults. One for a server; read-only while it
 * runs, but for the default that CONFIG SET changes (exclusive). */
struct acl_terms {
    const struct registry *registry;
    struct acl_commands categories[ACL_CATEGORIES_LIMIT]; /* in the order of acl_category_name */
    bool new_users_get_all_channels;                      /* acl-pubsub-default */
};

/* --- The log of refusals. */

/* Guarded by its own lock, a leaf: every reactor refuses. */
struct acl_log {
    pthread_mutex_t lock;
    struct acl_log_entry *first, *last; /* the newest first */
    size_t count;
    uint64_t next_id;
};

struct acl_log_entry {
    struct acl_log_entry *next, *previous;
    uint64_t id, count;
    enum acl_verdict reason;
    enum acl_context context;
    struct buffer object, user, client;
    int64_t created_ms, updated_ms;
};

/* acl_log.c */

void acl_log_init(struct acl_log *log);
void acl_log_release(struct acl_log *log);

/* Notes a refusal; one like a recent one only counts. The strings are copied. */
void acl_log_add(struct acl_log *log, const struct acl_log_entry *what, size_t limit);
void acl_log_clear(struct acl_log *log);

/* Drops the oldest ones. */
void acl_log_trim(struct acl_log *log, size_t limit);

/* Writes the newest `count` entries as ACL LOG's reply. */
void acl_log_reply(struct acl_log *log, size_t count, int64_t now_ms, struct reply *out);

/* --- The table. */

struct acl {
    struct acl_terms terms;
    struct acl_user **users; /* by name */
    size_t count;
    struct acl_user *default_user;
    struct acl_log log;
};

/* acl.c */

/* Makes a user outside of the table. */
struct acl_user *acl_user_new(const struct acl_terms *terms, struct span name);

/* Takes over the rules. */
void acl_user_set_rules_take(struct acl_user *user, struct acl_rules *rules);

/* Puts a user that is not there into the table, with its reference. */
void acl_add_take(struct acl *acl, struct acl_user *user);

/* Takes a user out: he may do nothing any more. Sessions are the caller's care. */
void acl_remove(struct acl *acl, struct acl_user *user);

/* "user <name> <rules>". */
void acl_user_describe(const struct acl_user *user, struct buffer *out);

/* True if the text may be a user's name. */
bool acl_name_fits(struct span name);

/* acl_session.c; exclusive */

/* Ends the connections of a user. */
void acl_kill_sessions(struct server *server, const struct acl_user *user, struct session *self);

/* Ends the connections of a user that are subscribed to what `now` does not allow. */
void acl_kill_subscribers(struct server *server, const struct acl_user *user,
                          const struct acl_rules *before, const struct acl_rules *now,
                          struct session *self);

/* acl_file.c */

/* Replaces all users by those of the text of an ACL file: all or, on an error, nothing. The reason
 * has each bad line. Sessions keep their user if there still is one of that name; else they end.
 * Exclusive, or at start. */
int acl_load_text(struct server *server, struct acl *acl, struct span text, const char *path,
                  struct session *self, struct buffer *errors);
int acl_load_file(struct server *server, const char *path, struct session *self,
                  struct buffer *errors);
int acl_save_file(const struct acl *acl, const char *path, struct diag *diag);

/* acl_category.c */

/* Derives the categories' commands from the registry. */
void acl_terms_init(struct acl_terms *terms, const struct registry *registry);

/* The categories in the order of ACL CAT; NULL behind the last. */
const char *acl_category_name(unsigned at);

/* The number of a category, or -1. */
int acl_category_find(struct span name);

/* acl_selector.c */

struct acl_selector *acl_selector_new(const struct acl_terms *terms);
struct acl_selector *acl_selector_copy(const struct acl_selector *selector);
void acl_selector_free(struct acl_selector *selector);

/* Takes one rule of a selector. NULL, or the reason why it is none: then nothing has changed. */
const char *acl_selector_apply(const struct acl_terms *terms, struct acl_selector *selector,
                               struct span rule);

/* "~key* &channel* +get", the parts as ACL GETUSER shows them. */
void acl_selector_describe(const struct acl_selector *selector, struct buffer *out);
void acl_selector_describe_commands(const struct acl_selector *selector, struct buffer *out);
void acl_selector_describe_keys(const struct acl_selector *selector, struct buffer *out);
void acl_selector_describe_channels(const struct acl_selector *selector, struct buffer *out);

bool acl_selector_equal(const struct acl_selector *a, const struct acl_selector *b);

/* acl_rule.c */

struct acl_rules *acl_rules_new(const struct acl_terms *terms);
struct acl_rules *acl_rules_copy(const struct acl_rules *rules);
void acl_rules_free(struct acl_rules *rules);

/* Takes one rule of a user. NULL, or the reason: then nothing has changed. */
const char *acl_rules_apply(const struct acl_terms *terms, struct acl_rules *rules,
                            struct span rule);

struct acl_words {
    size_t count;
    const struct span *items;
    const char *what; /* for the error: "Error in ..." */
    bool from_file;   /* the error goes to logs: passwords are not shown in it */
};

/* Takes words in which the parts of a selector may still be apart ("(+get", "~x)"). 0, or
 * ERR_SYNTAX with a text as in ACL SETUSER's error reply; the rules are then in between and to be
 * thrown away. */
int acl_rules_apply_words(const struct acl_terms *terms, struct acl_rules *rules,
                          const struct acl_words *words, struct diag *diag);

/* The user's line without "user <name> ". */
void acl_rules_describe(const struct acl_rules *rules, struct buffer *out);

bool acl_rules_unrestricted(const struct acl_rules *rules);
bool acl_rules_equal(const struct acl_rules *a, const struct acl_rules *b);

/* True if the password is one of the user's, or he needs none. Takes the same time whichever it
 * is. */
bool acl_rules_know_password(const struct acl_rules *rules, struct span password);

/* acl_hash.c: the SHA-256 of `password` as text. */
void acl_hash(struct span password, char text[ACL_HASH_TEXT]);

/* acl_check.c */

/* The first bytes of a text, zeros behind its end. */
uint64_t acl_head(struct span text);

/* `head` is acl_head of the text. */
bool acl_pattern_fits(const struct acl_pattern *pattern, struct span text, uint64_t head);

/* Whether a subscription to `name` (of a pattern if `literal`) is allowed by one of the selectors.
 */
bool acl_rules_allow_channel(const struct acl_rules *rules, struct span name, bool literal);

#endif
