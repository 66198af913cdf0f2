/* slow_sync.c - loaded into a server by LD_PRELOAD: makes its disk slow to sync, or makes syncing
 * fail. The file named by SLOW_SYNC_CONTROL says how, and is read at each sync: "<ms> <errno>", the
 * delay in milliseconds (-1: until the file says something else) and the error after it, 0 for
 * none. The file is replaced, never written in place. SLOW_SYNC_TRACE names a file that gets a 'b'
 * when a sync begins and an 'e' when it has ended, 'f' when it has failed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int fdatasync(int fd);
int fsync(int fd);

static void trace(char what)
{
    const char *path = getenv("SLOW_SYNC_TRACE");
    int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644) : -1;

    if (fd < 0)
        return;
    if (write(fd, &what, 1) != 1)
        abort();
    close(fd);
}

static void pause_ms(long ms)
{
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

static void read_control(const char *path, long *ms, int *problem)
{
    FILE *control = path ? fopen(path, "re") : NULL;

    *ms = 0;
    *problem = 0;
    if (!control)
        return;
    if (fscanf(control, "%ld %d", ms, problem) != 2)
        *problem = 0;
    fclose(control);
}

/* 0, or the error the sync is to end with. */
static int obey(void)
{
    const char *path = getenv("SLOW_SYNC_CONTROL");
    long ms;
    int problem;

    for (read_control(path, &ms, &problem); ms < 0; read_control(path, &ms, &problem))
        pause_ms(2);
    pause_ms(ms);
    return problem;
}

static int sync_by(const char *name, int fd)
{
    int (*real)(int);
    int problem;

    *(void **)&real = dlsym(RTLD_NEXT, name);
    trace('b');
    problem = obey();
    if (problem != 0) {
        trace('f');
        errno = problem;
        return -1;
    }
    problem = real(fd);
    trace('e');
    return problem;
}

int fdatasync(int fd)
{
    return sync_by("fdatasync", fd);
}

int fsync(int fd)
{
    return sync_by("fsync", fd);
}
