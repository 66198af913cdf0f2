/* acl_file.c - users in files: the ACL file (`aclfile`, ACL LOAD, ACL SAVE) and the `user` lines of
 * the configuration file.
 *
 * An ACL file has one line for each user, in the form of ACL LIST, its words separated by blanks;
 * there are no quotes, because neither a name nor a rule can have a blank in it, and no comments,
 * because ACL SAVE would drop them. A file with an error changes nothing. */
#include "broker/acl/acl_internal.h"
#include "broker/config/directive.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "core/base/error.h"
#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_SIZE_LIMIT = 64 * 1024 * 1024,
    PATH_ROOM = 4096
};

/* --- Reading. */

static bool is_blank(char byte)
{
    return strchr(" \t\r", byte) != NULL;
}

/* The words of a line; the array is the caller's to free. Two blanks behind the first word are an
 * empty one: a user may have an empty name. */
static struct span *split(struct span line, size_t *count)
{
    struct span *words = mem_alloc((line.size / 2 + 1) * sizeof(*words));
    size_t at = 0;

    while (line.size > 0 && is_blank(line.data[line.size - 1]))
        line.size--;
    *count = 0;
    while (at < line.size) {
        size_t start = at;

        while (at < line.size && !is_blank(line.data[at]))
            at++;
        if (at > start || *count == 1)
            words[(*count)++] = span_of(line.data + start, at - start);
        at++;
    }
    return words;
}

/* One line's user into the new table. Errors are appended. */
static void read_user(struct acl *fresh, size_t count, const struct span *words, const char *path,
                      int number, struct buffer *errors)
{
    struct acl_words rest = {.what = "Error in applying operation", .from_file = true};
    struct acl_user *user;
    struct acl_rules *rules;
    struct diag diag = {0};

    if (count < 2 || !span_equal(words[0], SPAN("user"))) {
        buffer_printf(errors, "%s:%d should start with user keyword followed by the username. ",
                      path, number);
        return;
    }
    if (acl_find(fresh, words[1])) {
        buffer_printf(errors, "WARNING: Duplicate user '%.*s' found on line %d. ",
                      SPAN_ARGS(words[1]), number);
        return;
    }
    rules = acl_rules_new(&fresh->terms);
    rest.count = count - 2;
    rest.items = words + 2;
    if (acl_rules_apply_words(&fresh->terms, rules, &rest, &diag) < 0) {
        buffer_printf(errors, "%s:%d: %s. ", path, number, diag.text);
        acl_rules_free(rules);
        return;
    }
    user = acl_user_new(&fresh->terms, words[1]);
    acl_user_set_rules_take(user, rules);
    acl_add_take(fresh, user);
}

static void read_lines(struct acl *fresh, struct span text, const char *path, struct buffer *errors)
{
    for (int number = 1; text.size > 0; number++) {
        const char *end = memchr(text.data, '\n', text.size);
        struct span line = span_of(text.data, end ? (size_t)(end - text.data) : text.size);
        struct span *words;
        size_t count;

        text = end ? span_of(end + 1, text.size - line.size - 1) : span_of(NULL, 0);
        words = split(line, &count);
        if (count > 0)
            read_user(fresh, count, words, path, number, errors);
        mem_free(words);
    }
}

/* The rules of `from`'s user become those of the one in force, who may be new. */
static void adopt(struct server *server, struct acl *acl, struct acl_user *from,
                  struct session *self)
{
    struct acl_user *user = acl_find(acl, acl_user_name(from));
    struct acl_rules *rules = acl_rules_copy(from->rules);

    if (user) {
        if (server)
            acl_kill_subscribers(server, user, user->rules, rules, self);
    } else {
        user = acl_user_new(&acl->terms, acl_user_name(from));
        acl_add_take(acl, user);
    }
    acl_user_set_rules_take(user, rules);
}

int acl_load_text(struct server *server, struct acl *acl, struct span text, const char *path,
                  struct session *self, struct buffer *errors)
{
    struct acl *fresh = acl_new(acl->terms.registry);
    struct acl_user *own_default = fresh->default_user;

    /* the file may define the default user; if it does not, he is as new */
    fresh->terms.new_users_get_all_channels = acl->terms.new_users_get_all_channels;
    fresh->count = 0;
    read_lines(fresh, text, path, errors);
    if (!acl_find(fresh, acl_user_name(own_default)))
        acl_add_take(fresh, acl_user_hold(own_default));
    acl_user_release(own_default);
    if (errors->size > 0) {
        acl_free(fresh);
        buffer_printf(errors, "WARNING: ACL errors detected, no change to the previously active "
                              "ACL rules was performed");
        return ERR_SYNTAX;
    }
    for (size_t i = 0; i < acl->count;) {
        struct acl_user *user = acl->users[i];

        if (acl_find(fresh, acl_user_name(user))) {
            i++;
            continue;
        }
        if (server)
            acl_kill_sessions(server, user, self);
        acl_remove(acl, user);
    }
    for (size_t i = 0; i < fresh->count; i++)
        adopt(server, acl, fresh->users[i], self);
    acl_free(fresh);
    return 0;
}

int acl_load_file(struct server *server, const char *path, struct session *self,
                  struct buffer *errors)
{
    struct buffer text = {0};
    FILE *file = fopen(path, "re");
    size_t got = 1;
    int rc;

    if (!file) {
        buffer_printf(errors, "Error loading ACLs, opening file '%s': %s", path, strerror(errno));
        return ERR_IO;
    }
    while (got > 0 && text.size <= FILE_SIZE_LIMIT) {
        got = fread(buffer_reserve(&text, 65536), 1, 65536, file);
        text.size += got;
    }
    if (ferror(file) || text.size > FILE_SIZE_LIMIT) {
        buffer_printf(errors, "Error loading ACLs, reading file '%s': %s", path,
                      ferror(file) ? strerror(errno) : "it is too large");
        rc = ERR_IO;
    } else {
        rc = acl_load_text(server, server->acl, span_of(text.data, text.size), path, self, errors);
    }
    fclose(file);
    buffer_release(&text);
    return rc;
}

/* --- Writing. */

static int write_all(int fd, const struct buffer *text)
{
    size_t written = 0;

    while (written < text->size) {
        ssize_t put = write(fd, text->data + written, text->size - written);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return ERR_IO;
        written += (size_t)put;
    }
    return 0;
}

/* The new name of a file is durable when its directory is. */
static void sync_directory(const char *path)
{
    char directory[PATH_ROOM];
    char *slash;
    int fd;

    snprintf(directory, sizeof(directory), "%s", path);
    slash = strrchr(directory, '/');
    if (slash)
        slash[slash == directory] = '\0';
    fd = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

int acl_save_file(const struct acl *acl, const char *path, struct diag *diag)
{
    char temporary[PATH_ROOM];
    struct buffer text = {0};
    struct stat old;
    int fd, rc;

    for (size_t i = 0; i < acl->count; i++) {
        acl_user_describe(acl->users[i], &text);
        buffer_append_byte(&text, '\n');
    }
    snprintf(temporary, sizeof(temporary), "%s.%d.tmp", path, (int)getpid());
    fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        rc = diag_errno(diag, "create %s", temporary);
        buffer_release(&text);
        return rc;
    }
    rc = stat(path, &old) == 0 && fchmod(fd, old.st_mode & 07777) < 0 ? ERR_IO : 0;
    if (rc == 0)
        rc = write_all(fd, &text);
    if (rc == 0 && fsync(fd) < 0)
        rc = ERR_IO;
    if (rc < 0)
        diag_errno(diag, "write %s", temporary);
    close(fd);
    if (rc == 0 && rename(temporary, path) < 0)
        rc = diag_errno(diag, "rename %s to %s", temporary, path);
    if (rc == 0)
        sync_directory(path);
    else
        unlink(temporary);
    buffer_release(&text);
    return rc;
}

/* --- The configuration file. */

/* One `user` line: name and rules. */
static int add_configured(struct acl *acl, size_t count, const struct span *words,
                          bool *has_default, struct diag *diag)
{
    struct acl_user *user = acl_find(acl, words[0]);
    bool is_default = user == acl->default_user;
    const struct acl_words rest = {
        .count = count - 1, .items = words + 1, .what = "modifier", .from_file = true};
    struct acl_rules *rules;
    struct diag why = {0};

    if (!acl_name_fits(words[0]))
        return diag_set(diag, ERR_SYNTAX, "Error in user declaration '%.*s': %s",
                        SPAN_ARGS(words[0]), "Usernames can't contain spaces or null characters");
    if (user && (!is_default || *has_default))
        return diag_set(diag, ERR_SYNTAX,
                        "Error in user declaration '%.*s': Duplicate user found. A user can only "
                        "be defined once in config files",
                        SPAN_ARGS(words[0]));
    *has_default |= is_default;
    rules = acl_rules_new(&acl->terms);
    if (acl_rules_apply_words(&acl->terms, rules, &rest, &why) < 0) {
        acl_rules_free(rules);
        return diag_set(diag, ERR_SYNTAX, "Error in user declaration '%.*s': %s",
                        SPAN_ARGS(words[0]), why.text);
    }
    if (!user) {
        user = acl_user_new(&acl->terms, words[0]);
        acl_add_take(acl, user);
    }
    acl_user_set_rules_take(user, rules);
    return 0;
}

static int load_configured(struct acl *acl, struct span lines, struct diag *diag)
{
    struct span *words = mem_alloc(DIRECTIVE_WORDS_LIMIT * sizeof(*words));
    struct buffer scratch = {0};
    bool has_default = false;
    int rc = 0;

    while (lines.size > 0 && rc == 0) {
        const char *end = memchr(lines.data, '\n', lines.size);
        struct span line = span_of(lines.data, end ? (size_t)(end - lines.data) : lines.size);
        int count = config_split(line, &scratch, words, DIRECTIVE_WORDS_LIMIT);

        lines = end ? span_of(end + 1, lines.size - line.size - 1) : span_of(NULL, 0);
        if (count > 0)
            rc = add_configured(acl, (size_t)count, words, &has_default, diag);
    }
    buffer_release(&scratch);
    mem_free(words);
    return rc;
}

int acl_load_at_start(struct server *server, struct diag *diag)
{
    const struct config *config = server_config(server);
    struct buffer users = {0}, errors = {0};
    int rc;

    acl_set_pubsub_default(server->acl, config->acl_pubsub_default == ACL_PUBSUB_ALL);
    acl_set_default_password(server->acl, config->requirepass);
    config_get_text(config, "user", &users);
    if (users.size && config->aclfile[0]) {
        rc = diag_set(diag, ERR_SYNTAX,
                      "users are defined in the configuration file and `aclfile` is set, too: "
                      "only one of both can be");
    } else if (config->aclfile[0]) {
        rc = acl_load_file(server, config->aclfile, NULL, &errors);
        if (rc < 0)
            diag_set(diag, rc, "Aborting Redis startup because of ACL errors: %.*s",
                     (int)errors.size, errors.data);
    } else {
        rc = load_configured(server->acl, span_of(users.data, users.size), diag);
    }
    buffer_release(&users);
    buffer_release(&errors);
    return rc;
}

void acl_config_lines(const struct acl *acl, struct buffer *out)
{
    for (size_t i = 0; i < acl->count; i++) {
        if (i > 0)
            buffer_append_byte(out, '\n');
        config_quote(out, acl_user_name(acl->users[i]));
        buffer_append_byte(out, ' ');
        acl_rules_describe(acl->users[i]->rules, out);
    }
}
