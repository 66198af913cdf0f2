#include "broker/server/process_title.h"
#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/bytes/buffer.h"
#include "core/bytes/span.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* The arguments and, right behind them, the environment: [argv[0]\0argv[1]\0...NAME=value\0...].
 * Its start is the process's title as others see it. */
static char *area;
static size_t area_size;

/* The strings move into one block that lives as long as the process. */
static void move_environment(char **strings)
{
    int count = 0;
    char **moved;

    while (strings[count])
        count++;
    moved = mem_zalloc(sizeof(char *) * (size_t)(count + 1));
    for (int i = 0; i < count; i++)
        moved[i] = mem_strdup(strings[i]);
    environ = moved;
}

void process_title_init(int argc, char **argv)
{
    char *end;

    if (argc < 1 || area)
        return;
    end = argv[0] + strlen(argv[0]) + 1;
    for (int i = 1; i < argc; i++)
        if (argv[i] == end)
            end = argv[i] + strlen(argv[i]) + 1;
    for (int i = 0; environ[i]; i++)
        if (environ[i] == end)
            end = environ[i] + strlen(environ[i]) + 1;
    move_environment(environ);
    area = argv[0];
    area_size = (size_t)(end - argv[0]);
}

static void put_address(const struct config *config, struct buffer *out)
{
    const char *host = "*";

    if (config->port == 0 && config->unixsocket[0]) {
        buffer_printf(out, "%s", config->unixsocket);
        return;
    }
    if (config->bind_count > 0)
        host = config->bind[0][0] == '-' ? config->bind[0] + 1 : config->bind[0];
    buffer_printf(out, "%s:%d", host, config->port);
}

static bool put_variable(struct span name, const struct config *config, const char *file,
                         struct buffer *out)
{
    if (span_equal(name, SPAN("title"))) {
        buffer_printf(out, "millstream-server");
    } else if (span_equal(name, SPAN("listen-addr"))) {
        put_address(config, out);
    } else if (span_equal(name, SPAN("server-mode"))) {
        /* alone: neither cluster nor sentinel */
    } else if (span_equal(name, SPAN("port"))) {
        buffer_printf(out, "%d", config->port);
    } else if (span_equal(name, SPAN("tls-port"))) {
        config_get_text(config, "tls-port", out);
    } else if (span_equal(name, SPAN("unixsocket"))) {
        buffer_printf(out, "%s", config->unixsocket);
    } else if (span_equal(name, SPAN("config-file"))) {
        buffer_printf(out, "%s", file);
    } else {
        return false;
    }
    return true;
}

/* Appends the title a template stands for: {title} {listen-addr} {server-mode} {port} {tls-port}
 * {unixsocket} {config-file}. 0, or ERR_SYNTAX if the template has another word in braces or an
 * open brace; then what was appended means nothing. */
static int expand(const struct config *config, const char *file, struct buffer *out)
{
    const char *at = config->proc_title_template;

    while (*at) {
        const char *close;

        if (*at != '{') {
            buffer_append_byte(out, *at++);
            continue;
        }
        close = strchr(at, '}');
        if (!close || !put_variable(span_of(at + 1, (size_t)(close - at - 1)), config, file, out))
            return ERR_SYNTAX;
        at = close + 1;
    }
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->size--;
    return 0;
}

bool process_title_fits(const struct config *config)
{
    struct buffer title = {0};
    int rc = expand(config, "", &title);

    buffer_release(&title);
    return rc == 0;
}

void process_title_set(const struct config *config, const char *file)
{
    struct buffer title = {0};
    size_t size;

    if (!area || !config->set_proc_title)
        return;
    if (expand(config, file, &title) == 0) {
        size = title.size < area_size - 1 ? title.size : area_size - 1;
        memset(area, 0, area_size);
        memcpy(area, title.data, size);
    }
    buffer_release(&title);
}
