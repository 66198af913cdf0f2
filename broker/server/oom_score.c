#include "broker/server/oom_score.h"
#include "broker/replication/replication.h"
#include "broker/server/server.h"
#include "core/base/error.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    SCORE_LIMIT = 1000 /* the kernel's, both ways */
};

static const char score_path[] = "/proc/self/oom_score_adj";

static int read_score(int *score, struct diag *diag)
{
    char text[16] = "";
    int fd = open(score_path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

    if (size < 0)
        diag_errno(diag, "read %s", score_path);
    if (fd >= 0)
        close(fd);
    *score = atoi(text);
    return size < 0 ? ERR_IO : 0;
}

static int write_score(int score, struct diag *diag)
{
    char text[16];
    int size, fd, rc = 0;

    if (score > SCORE_LIMIT)
        score = SCORE_LIMIT;
    if (score < -SCORE_LIMIT)
        score = -SCORE_LIMIT;
    size = snprintf(text, sizeof(text), "%d", score);
    fd = open(score_path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, (size_t)size) != size)
        rc = diag_errno(diag, "write %s to %s", text, score_path);
    if (fd >= 0)
        close(fd);
    return rc;
}

static int wanted_score(const struct server *server, int role)
{
    const struct config *config = server_config(server);
    int value = config->oom_score_adj_values[role];

    return config->oom_score_adj == OOM_SCORE_ABSOLUTE ? value : server->oom_score_at_start + value;
}

int oom_score_apply(struct server *server, struct diag *diag)
{
    bool wanted = server_config(server)->oom_score_adj != OOM_SCORE_NO;
    bool replica = replication_is_replica(server->replication);
    int rc = 0;

    if (!wanted && !server->oom_score_is_ours)
        return 0;
    if (!server->oom_score_is_ours)
        rc = read_score(&server->oom_score_at_start, diag);
    if (rc == 0)
        rc = write_score(wanted ? wanted_score(server, replica ? OOM_REPLICA : OOM_PRIMARY)
                                : server->oom_score_at_start,
                         diag);
    if (rc == 0)
        server->oom_score_is_ours = wanted;
    return rc;
}

void oom_score_apply_to_child(const struct server *server)
{
    if (server->oom_score_is_ours)
        write_score(wanted_score(server, OOM_CHILD), NULL);
}
