#include "clients/shell/side.h"
#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void side_init(struct side *side, const char *name, const struct ms_options *options)
{
    memset(side, 0, sizeof(*side));
    side->name = name;
    if (options->unix_path)
        snprintf(side->address, sizeof(side->address), "%s", options->unix_path);
    else
        snprintf(side->address, sizeof(side->address), "%s:%d", options->host, options->port);
    side->connection = ms_connection_new(options);
}

void side_release(struct side *side)
{
    ms_connection_free(side->connection);
    side->connection = NULL;
}

int side_select(struct side *side, int database)
{
    int rc = ms_connection_open(side->connection);
    unsigned generation = ms_connection_generation(side->connection);

    if (rc != MS_OK)
        return rc;
    if (generation != side->generation)
        side->database = 0;
    side->generation = generation;
    if (side->database == database)
        return MS_OK;
    rc = ms_commandf(side->connection, NULL, "SELECT %d", database);
    if (rc == MS_OK)
        side->database = database;
    return rc;
}

char *side_info(struct side *side, const char *section)
{
    struct ms_reply *reply;
    char *text = NULL;

    if (ms_commandf(side->connection, &reply, "INFO %s", section) == MS_OK) {
        size_t size = 0;
        const char *body = ms_value_text(ms_reply_value(reply), &size);

        if (body)
            text = mem_strdup(body);
    }
    ms_reply_free(reply);
    return text;
}

/* Where the value of a field begins. */
static const char *find_field(const char *info, const char *field)
{
    size_t size = strlen(field);

    for (const char *line = info; line && *line;) {
        if (strncmp(line, field, size) == 0 && line[size] == ':')
            return line + size + 1;
        line = strchr(line, '\n');
        if (line)
            line++;
    }
    return NULL;
}

bool info_text(const char *info, const char *field, char *to, size_t size)
{
    const char *value = find_field(info, field);

    *to = '\0';
    if (value)
        snprintf(to, size, "%.*s", (int)strcspn(value, "\r\n"), value);
    return value != NULL;
}

int64_t info_number(const char *info, const char *field, int64_t otherwise)
{
    const char *value = find_field(info, field);
    char *end;
    int64_t number;

    if (!value)
        return otherwise;
    number = strtoll(value, &end, 10);
    return end == value ? otherwise : number;
}

int64_t info_keys(const char *keyspace, int database)
{
    char field[16];
    char value[128];
    long long keys = 0;

    snprintf(field, sizeof(field), "db%d", database);
    if (info_text(keyspace, field, value, sizeof(value)) && strncmp(value, "keys=", 5) == 0)
        keys = strtoll(value + 5, NULL, 10);
    return keys;
}

int info_last_database(const char *keyspace)
{
    int last = -1;

    for (const char *line = keyspace; line && *line;) {
        if (strncmp(line, "db", 2) == 0 && strstr(line, ":keys=")) {
            int number = (int)strtol(line + 2, NULL, 10);

            if (number > last)
                last = number;
        }
        line = strchr(line, '\n');
        if (line)
            line++;
    }
    return last;
}

bool side_config(struct side *side, const char *directive, char *to, size_t size)
{
    struct ms_reply *reply;
    const char *text = NULL;

    *to = '\0';
    if (ms_commandf(side->connection, &reply, "CONFIG GET %s", directive) == MS_OK) {
        text = ms_value_text(ms_value_at(ms_reply_value(reply), 1), NULL);
        if (text)
            snprintf(to, size, "%s", text);
    }
    ms_reply_free(reply);
    return text != NULL;
}

const char *side_error(const struct side *side)
{
    static char text[2 * SIDE_TEXT_SIZE];

    snprintf(text, sizeof(text), "%s at %s: %s", side->name, side->address,
             ms_connection_error(side->connection));
    return text;
}
