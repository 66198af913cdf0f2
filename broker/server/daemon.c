#include "broker/server/daemon.h"
#include "broker/server/log.h"
#include "broker/server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PID_FILE_DEFAULT "/var/run/millstream.pid"

/* The parent: a byte means that the child listens, the end of the pipe that it has ended. */
static _Noreturn void wait_for_child(int fd)
{
    char byte;
    ssize_t size;

    do
        size = read(fd, &byte, 1);
    while (size < 0 && errno == EINTR);
    _exit(size == 1 ? 0 : 1);
}

int daemon_start(int *report_fd, struct diag *diag)
{
    int ends[2];
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return diag_errno(diag, "pipe");
    child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return diag_errno(diag, "fork");
    }
    if (child > 0) {
        close(ends[1]);
        wait_for_child(ends[0]);
    }
    close(ends[0]);
    *report_fd = ends[1];
    if (setsid() < 0)
        return diag_errno(diag, "setsid");
    return 0;
}

void daemon_ready(int *report_fd)
{
    int nothing;

    if (*report_fd < 0)
        return;
    nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) {
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
            dup2(nothing, fd);
        if (nothing > STDERR_FILENO)
            close(nothing);
    }
    (void)!write(*report_fd, "", 1);
    close(*report_fd);
    *report_fd = -1;
}

/* Resolved now, for CONFIG SET dir may come later. False if it is too long. */
static bool resolve(const char *path, char *to, size_t size)
{
    char folder[sizeof(((struct server *)0)->pid_file)] = "";

    if (path[0] != '/' && !getcwd(folder, sizeof(folder)))
        return false;
    errno = ENAMETOOLONG;
    return snprintf(to, size, "%s%s%s", folder, folder[0] ? "/" : "", path) < (int)size;
}

/* False with errno; on a full disk the file is there, and empty. */
static bool write_pid(const char *path)
{
    FILE *file = fopen(path, "we");
    bool written;

    if (!file)
        return false;
    written = fprintf(file, "%d\n", (int)getpid()) > 0;
    return fclose(file) == 0 && written;
}

void daemon_write_pid_file(struct server *server)
{
    const struct config *config = server_config(server);
    const char *path = config->pidfile[0] ? config->pidfile : PID_FILE_DEFAULT;

    if (!config->pidfile[0] && !config->daemonize)
        return;
    if (resolve(path, server->pid_file, sizeof(server->pid_file)) && write_pid(path))
        return;
    log_line(server->log, LOG_WARNING, "Can't write the pid file %s: %s", path, strerror(errno));
    server->pid_file[0] = '\0';
}

void daemon_remove_pid_file(struct server *server)
{
    if (server->pid_file[0])
        unlink(server->pid_file);
}
