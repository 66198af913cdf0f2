#include "broker/server/notify.h"
#include "broker/server/log.h"
#include "broker/server/server.h"

#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    MESSAGE_LIMIT = 256
};

enum config_supervised notify_find_manager(struct server *server)
{
    enum config_supervised wanted = server_config(server)->supervised;
    bool systemd = getenv("NOTIFY_SOCKET") != NULL, upstart = getenv("UPSTART_JOB") != NULL;

    if (wanted == SUPERVISED_AUTO) {
        if (upstart)
            return SUPERVISED_UPSTART;
        return systemd ? SUPERVISED_SYSTEMD : SUPERVISED_NO;
    }
    if (wanted == SUPERVISED_SYSTEMD && !systemd) {
        log_line(server->log, LOG_WARNING,
                 "systemd supervision requested or auto-detected, but NOTIFY_SOCKET not found");
        return SUPERVISED_NO;
    }
    if (wanted == SUPERVISED_UPSTART && !upstart) {
        log_line(server->log, LOG_WARNING,
                 "upstart supervision requested, but UPSTART_JOB not found");
        return SUPERVISED_NO;
    }
    return wanted;
}

/* A path, or '@' and a name in the abstract namespace. 0 if it fits no address. */
static socklen_t fill_address(const char *path, struct sockaddr_un *address)
{
    size_t size = strlen(path);

    if (size < 2 || size >= sizeof(address->sun_path) || (path[0] != '/' && path[0] != '@'))
        return 0;
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(address->sun_path, path, size);
    if (path[0] == '@')
        address->sun_path[0] = '\0';
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

void notify_send(const struct server *server, const char *format, ...)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address;
    char message[MESSAGE_LIMIT];
    socklen_t address_size;
    va_list args;
    int fd;

    if (server->supervised != SUPERVISED_SYSTEMD || !path)
        return;
    address_size = fill_address(path, &address);
    if (address_size == 0)
        return;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)!sendto(fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT,
                  (struct sockaddr *)&address, address_size);
    close(fd);
}

void notify_ready(const struct server *server)
{
    if (server->supervised == SUPERVISED_UPSTART)
        raise(SIGSTOP); /* upstart waits for this and sends SIGCONT */
    notify_send(server, "READY=1\nMAINPID=%d\nSTATUS=Ready to accept connections\n", (int)getpid());
}

const char *notify_manager_name(enum config_supervised manager)
{
    static const char *const names[] = {"upstart", "systemd", "auto", "no"};

    return names[manager];
}
