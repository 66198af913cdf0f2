/* acl_commands.c - ACL. All exclusive but for those that look at nothing or at the caller only. */
#include "broker/acl/acl_internal.h"
#include "broker/command/command_commands.h"
#include "broker/command/help.h"
#include "broker/reactor/reactor.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/num/num.h"

#include <string.h>

enum {
    GENPASS_BITS = 256,
    GENPASS_BITS_LIMIT = 4096,
    LOG_DEFAULT_COUNT = 10
};

static const char no_file[] =
    "ERR This Redis instance is not configured to use an ACL file. You may want to specify users "
    "via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis "
    "configuration file set) in order to store users in the Redis configuration.";

static struct server *server_of(const struct request *rq)
{
    return request_session(rq)->reactor->server;
}

static struct acl *acl_of(const struct request *rq)
{
    return server_of(rq)->acl;
}

static void refuse_arguments(const struct request *rq, struct reply *out)
{
    reply_error_format(out,
                       "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try ACL "
                       "HELP.",
                       SPAN_ARGS(rq->argv[1]));
}

/* --- Users. */

/* ACL SETUSER name [rule ...] -> all rules, or on an error none of them. */
static void acl_setuser(struct request *rq, struct reply *out)
{
    struct server *server = server_of(rq);
    struct acl *acl = server->acl;
    struct acl_user *user = acl_find(acl, rq->argv[2]);
    const struct acl_words words = {
        .count = rq->argc - 3, .items = rq->argv + 3, .what = "Error in ACL SETUSER modifier"};
    struct acl_rules *rules;
    struct diag diag = {0};

    if (!acl_name_fits(rq->argv[2])) {
        reply_error(out, "ERR Usernames can't contain spaces or null characters");
        return;
    }
    rules = user ? acl_rules_copy(user->rules) : acl_rules_new(&acl->terms);
    if (acl_rules_apply_words(&acl->terms, rules, &words, &diag) < 0) {
        acl_rules_free(rules);
        reply_error_format(out, "ERR %s", diag.text);
        return;
    }
    if (user) {
        acl_kill_subscribers(server, user, user->rules, rules, request_session(rq));
    } else {
        user = acl_user_new(&acl->terms, rq->argv[2]);
        acl_add_take(acl, user);
    }
    acl_user_set_rules_take(user, rules);
    reply_ok(out);
}

/* ACL DELUSER name [name ...] -> how many there were. Their connections end. */
static void acl_deluser(struct request *rq, struct reply *out)
{
    struct acl *acl = acl_of(rq);
    int64_t deleted = 0;

    for (size_t i = 2; i < rq->argc; i++) {
        if (span_equal(rq->argv[i], acl_user_name(acl_default(acl)))) {
            reply_error(out, "ERR The 'default' user cannot be removed");
            return;
        }
    }
    for (size_t i = 2; i < rq->argc; i++) {
        struct acl_user *user = acl_find(acl, rq->argv[i]);

        if (!user)
            continue;
        acl_kill_sessions(server_of(rq), user, request_session(rq));
        acl_remove(acl, user);
        deleted++;
    }
    reply_integer(out, deleted);
}

typedef void describe_part(const struct acl_selector *selector, struct buffer *out);

static void reply_part(struct reply *out, const char *name, describe_part *describe,
                       const struct acl_selector *selector)
{
    struct buffer text = {0};

    describe(selector, &text);
    reply_bulk_text(out, name);
    reply_bulk(out, span_of(text.data, text.size));
    buffer_release(&text);
}

static void reply_selector(const struct acl_selector *selector, struct reply *out)
{
    reply_part(out, "commands", acl_selector_describe_commands, selector);
    reply_part(out, "keys", acl_selector_describe_keys, selector);
    reply_part(out, "channels", acl_selector_describe_channels, selector);
}

static void reply_flags(const struct acl_rules *rules, struct reply *out)
{
    size_t mark = reply_defer(out);
    size_t count = 1;

    reply_bulk_text(out, rules->flags & ACL_USER_ON ? "on" : "off");
    if (rules->flags & ACL_USER_NOPASS) {
        reply_bulk_text(out, "nopass");
        count++;
    }
    if (rules->flags & ACL_USER_SKIP_SANITIZE) {
        reply_bulk_text(out, "skip-sanitize-payload");
        count++;
    }
    if (rules->flags & ACL_USER_SANITIZE) {
        reply_bulk_text(out, "sanitize-payload");
        count++;
    }
    reply_defer_set(out, mark, count);
}

/* ACL GETUSER name -> his rules, in parts; null if there is no such user. */
static void acl_getuser(struct request *rq, struct reply *out)
{
    const struct acl_user *user = acl_find(acl_of(rq), rq->argv[2]);
    const struct acl_rules *rules;

    if (!user) {
        reply_null(out);
        return;
    }
    rules = user->rules;
    reply_map(out, 6);
    reply_bulk_text(out, "flags");
    reply_flags(rules, out);
    reply_bulk_text(out, "passwords");
    reply_array(out, rules->password_count);
    for (size_t i = 0; i < rules->password_count; i++)
        reply_bulk(out, span_of(rules->passwords[i].text, ACL_HASH_TEXT));
    reply_selector(rules->selectors[0], out);
    reply_bulk_text(out, "selectors");
    reply_array(out, rules->selector_count - 1);
    for (size_t i = 1; i < rules->selector_count; i++) {
        reply_map(out, 3);
        reply_selector(rules->selectors[i], out);
    }
}

static void acl_list(struct request *rq, struct reply *out)
{
    const struct acl *acl = acl_of(rq);
    struct buffer line = {0};

    reply_array(out, acl->count);
    for (size_t i = 0; i < acl->count; i++) {
        buffer_clear(&line);
        acl_user_describe(acl->users[i], &line);
        reply_bulk(out, span_of(line.data, line.size));
    }
    buffer_release(&line);
}

static void acl_users(struct request *rq, struct reply *out)
{
    const struct acl *acl = acl_of(rq);

    reply_array(out, acl->count);
    for (size_t i = 0; i < acl->count; i++)
        reply_bulk(out, acl_user_name(acl->users[i]));
}

static void acl_whoami(struct request *rq, struct reply *out)
{
    reply_bulk(out, acl_user_name(request_session(rq)->user));
}

/* --- Questions. */

/* ACL CAT [category] -> the categories, or the commands in one. */
static void acl_cat(struct request *rq, struct reply *out)
{
    const struct acl_terms *terms = &acl_of(rq)->terms;
    size_t mark, count = 0;
    int category;

    if (rq->argc > 3) {
        refuse_arguments(rq, out);
        return;
    }
    if (rq->argc == 2) {
        mark = reply_defer(out);
        for (; acl_category_name((unsigned)count); count++)
            reply_bulk_text(out, acl_category_name((unsigned)count));
        reply_defer_array(out, mark, count);
        return;
    }
    category = acl_category_find(rq->argv[2]);
    if (category < 0) {
        reply_error_format(out, "ERR Unknown category '%.*s'", SPAN_ARGS(rq->argv[2]));
        return;
    }
    mark = reply_defer(out);
    for (unsigned number = 0; number < registry_total(terms->registry); number++) {
        if (!acl_commands_has(&terms->categories[category], number))
            continue;
        reply_bulk_text(out, registry_by_number(terms->registry, number)->full_name);
        count++;
    }
    reply_defer_array(out, mark, count);
}

static void acl_genpass(struct request *rq, struct reply *out)
{
    char text[GENPASS_BITS_LIMIT / 4 + 1];
    int64_t bits = GENPASS_BITS;

    if (rq->argc > 3) {
        refuse_arguments(rq, out);
        return;
    }
    if (rq->argc == 3) {
        if (num_parse_i64(rq->argv[2], &bits) < 0) {
            reply_error(out, ERROR_NOT_INTEGER);
            return;
        }
        if (bits <= 0 || bits > GENPASS_BITS_LIMIT) {
            reply_error_format(out,
                               "ERR ACL GENPASS argument must be the number of bits for the output "
                               "password, a positive number up to %d",
                               GENPASS_BITS_LIMIT);
            return;
        }
    }
    server_random_hex(text, (size_t)(bits + 3) / 4);
    reply_bulk_text(out, text);
}

/* ACL DRYRUN user command [arg ...] -> OK, or why he may not. */
static void acl_dryrun(struct request *rq, struct reply *out)
{
    const struct acl *acl = acl_of(rq);
    const struct acl_user *user = acl_find(acl, rq->argv[2]);
    const struct command *command = registry_find(acl->terms.registry, rq->argv[3]);
    struct acl_denial why;
    struct buffer text = {0};
    size_t argc = rq->argc - 3;

    if (!user) {
        reply_error_format(out, "ERR User '%.*s' not found", SPAN_ARGS(rq->argv[2]));
        return;
    }
    if (command && command->subcommand_count && argc > 1)
        command = registry_find_sub(command, rq->argv[4]);
    if (!command) {
        reply_error_format(out, "ERR Command '%.*s' not found", SPAN_ARGS(rq->argv[3]));
        return;
    }
    if (!command_arity_fits(command->spec, argc)) {
        reply_error_format(out, "ERR wrong number of arguments for '%s' command",
                           command->full_name);
        return;
    }
    if (acl_check(user, command, argc, rq->argv + 3, rq->arena, &why) == ACL_ALLOWED) {
        reply_ok(out);
        return;
    }
    acl_denial_text(user, command, rq->argv + 3, &why, &text);
    reply_bulk(out, span_of(text.data, text.size));
    buffer_release(&text);
}

/* ACL LOG [count | RESET] */
static void acl_log_command(struct request *rq, struct reply *out)
{
    struct acl_log *log = &acl_of(rq)->log;
    int64_t count = LOG_DEFAULT_COUNT;

    if (rq->argc > 3) {
        refuse_arguments(rq, out);
        return;
    }
    if (rq->argc == 3 && span_is(rq->argv[2], "reset")) {
        acl_log_clear(log);
        reply_ok(out);
        return;
    }
    if (rq->argc == 3 && num_parse_i64(rq->argv[2], &count) < 0) {
        reply_error(out, ERROR_NOT_INTEGER);
        return;
    }
    acl_log_reply(log, count < 0 ? 0 : (size_t)count, rq->now_ms, out);
}

/* --- The file. */

static void acl_load(struct request *rq, struct reply *out)
{
    struct server *server = server_of(rq);
    const char *path = server_config(server)->aclfile;
    struct buffer errors = {0};

    if (!path[0]) {
        reply_error(out, no_file);
        return;
    }
    if (acl_load_file(server, path, request_session(rq), &errors) < 0) {
        log_line(server->log, LOG_WARNING, "ACL LOAD: %.*s", (int)errors.size, errors.data);
        reply_error_format(out, "ERR %.*s", (int)errors.size, errors.data);
    } else {
        reply_ok(out);
    }
    buffer_release(&errors);
}

static void acl_save(struct request *rq, struct reply *out)
{
    struct server *server = server_of(rq);
    const char *path = server_config(server)->aclfile;
    struct diag diag = {0};

    if (!path[0]) {
        reply_error(out, no_file);
        return;
    }
    if (acl_save_file(server->acl, path, &diag) < 0) {
        log_line(server->log, LOG_WARNING, "ACL SAVE: %s", diag.text);
        reply_error(out, "ERR There was an error trying to save the ACLs. Please check the server "
                         "logs for more information");
        return;
    }
    reply_ok(out);
}

#define OPEN_FLAGS  (CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION | CMD_SHARDED)
#define ADMIN_FLAGS (CMD_ADMIN | CMD_LOADING | CMD_NOSCRIPT | CMD_STALE | CMD_SESSION)

static const struct command_spec acl_subcommands[] = {
    {.name = "cat",
     .usage = "[category]",
     .since = "6.0.0",
     .arity = -2,
     .summary = "Returns the categories of commands, or the commands in one.",
     .group = "server",
     .complexity = "O(N) in the commands",
     .flags = OPEN_FLAGS,
     .run = acl_cat},
    {.name = "deluser",
     .usage = "username [username ...]",
     .since = "6.0.0",
     .arity = -3,
     .summary = "Deletes users and ends their connections.",
     .group = "server",
     .complexity = "O(N) in the connections",
     .flags = ADMIN_FLAGS,
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .run = acl_deluser},
    {.name = "dryrun",
     .usage = "username command [arg [arg ...]]",
     .since = "7.0.0",
     .arity = -4,
     .summary = "Says whether a user may run a call, without running it.",
     .group = "server",
     .complexity = "O(N) in the rules of the user and the keys of the call",
     .flags = ADMIN_FLAGS,
     .run = acl_dryrun},
    {.name = "genpass",
     .usage = "[bits]",
     .since = "6.0.0",
     .arity = -2,
     .summary = "Makes up a password that nobody can guess.",
     .group = "server",
     .complexity = "O(1)",
     .flags = OPEN_FLAGS,
     .run = acl_genpass},
    {.name = "getuser",
     .usage = "username",
     .since = "6.0.0",
     .arity = 3,
     .summary = "Returns the rules of a user.",
     .group = "server",
     .complexity = "O(N) in the rules of the user",
     .flags = ADMIN_FLAGS,
     .run = acl_getuser},
    {.name = "help",
     .usage = "",
     .since = "6.0.0",
     .arity = 2,
     .summary = "Describes the subcommands.",
     .group = "server",
     .complexity = "O(1)",
     .flags = CMD_LOADING | CMD_STALE | CMD_SESSION | CMD_SHARDED,
     .run = command_help},
    {.name = "list",
     .usage = "",
     .since = "6.0.0",
     .arity = 2,
     .summary = "Returns the rules of all users as lines of a configuration file.",
     .group = "server",
     .complexity = "O(N) in the rules of all users",
     .flags = ADMIN_FLAGS,
     .run = acl_list},
    {.name = "load",
     .usage = "",
     .since = "6.0.0",
     .arity = 2,
     .summary = "Reads all users from the ACL file.",
     .group = "server",
     .complexity = "O(N) in the users and the connections",
     .flags = ADMIN_FLAGS,
     .run = acl_load},
    {.name = "log",
     .usage = "[count | RESET]",
     .since = "6.0.0",
     .arity = -2,
     .summary = "Returns what was refused lately.",
     .group = "server",
     .complexity = "O(N) in the entries returned",
     .flags = ADMIN_FLAGS,
     .run = acl_log_command},
    {.name = "save",
     .usage = "",
     .since = "6.0.0",
     .arity = 2,
     .summary = "Writes all users to the ACL file.",
     .group = "server",
     .complexity = "O(N) in the users",
     .flags = ADMIN_FLAGS,
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .run = acl_save},
    {.name = "setuser",
     .usage = "username [rule [rule ...]]",
     .since = "6.0.0",
     .arity = -3,
     .summary = "Creates a user, or changes one.",
     .group = "server",
     .complexity = "O(N) in the rules",
     .flags = ADMIN_FLAGS,
     .tips = {"request_policy:all_nodes", "response_policy:all_succeeded"},
     .run = acl_setuser},
    {.name = "users",
     .usage = "",
     .since = "6.0.0",
     .arity = 2,
     .summary = "Returns the names of all users.",
     .group = "server",
     .complexity = "O(N) in the users",
     .flags = ADMIN_FLAGS,
     .run = acl_users},
    {.name = "whoami",
     .usage = "",
     .since = "6.0.0",
     .arity = 2,
     .summary = "Returns the name of the connection's user.",
     .group = "server",
     .complexity = "O(1)",
     .flags = OPEN_FLAGS,
     .run = acl_whoami},
    {.name = NULL},
};

const struct command_spec acl_commands[] = {
    {.name = "acl",
     .usage = "",
     .since = "6.0.0",
     .arity = -2,
     .summary = "A container for commands about users and what they may do.",
     .group = "server",
     .complexity = "depends on the subcommand",
     .subcommands = acl_subcommands},
    {.name = NULL},
};
