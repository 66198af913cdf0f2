#include "core/base/cpus.h"
#include "core/base/error.h"

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

/* Written before there are threads. */
static struct {
    bool any;
    bool given[CPUS_USES];
    cpu_set_t lists[CPUS_USES];
    cpu_set_t at_start;
} self;

static void remember_start(void)
{
    if (self.any)
        return;
    CPU_ZERO(&self.at_start);
    if (sched_getaffinity(0, sizeof(self.at_start), &self.at_start) < 0)
        CPU_SET(0, &self.at_start);
}

/* Digits; moves on behind them. */
static int read_number(const char **at, int *number, struct diag *diag)
{
    char *end;
    unsigned long value;

    if (**at < '0' || **at > '9')
        return diag_set(diag, ERR_SYNTAX, "a list of CPUs is like 0,2,4-7 or 0-7:2");
    value = strtoul(*at, &end, 10);
    if (value >= CPU_SETSIZE)
        return diag_set(diag, ERR_RANGE, "CPUs have numbers below %d", CPU_SETSIZE);
    *number = (int)value;
    *at = end;
    return 0;
}

/* "3", "4-7" or "0-7:2". */
static int read_part(const char **at, cpu_set_t *set, struct diag *diag)
{
    int first, last, step = 1;
    int rc = read_number(at, &first, diag);

    last = first;
    if (rc == 0 && **at == '-') {
        ++*at;
        rc = read_number(at, &last, diag);
        if (rc == 0 && **at == ':') {
            ++*at;
            rc = read_number(at, &step, diag);
        }
    }
    if (rc < 0)
        return rc;
    if (last < first || step == 0)
        return diag_set(diag, ERR_RANGE, "a range of CPUs goes upwards, by 1 or more");
    for (int cpu = first; cpu <= last; cpu += step)
        CPU_SET(cpu, set);
    return 0;
}

int cpus_set(enum cpus_use use, const char *list, struct diag *diag)
{
    cpu_set_t set;
    int rc = 0;

    remember_start();
    if (!list[0])
        return 0;
    CPU_ZERO(&set);
    do {
        rc = read_part(&list, &set, diag);
    } while (rc == 0 && *list++ == ',');
    if (rc < 0)
        return rc;
    if (list[-1])
        return diag_set(diag, ERR_SYNTAX, "a list of CPUs is like 0,2,4-7 or 0-7:2");
    self.lists[use] = set;
    self.given[use] = self.any = true;
    return 0;
}

int cpus_count(enum cpus_use use)
{
    cpu_set_t both;
    int count;

    remember_start();
    if (!self.given[use])
        return CPU_COUNT(&self.at_start);
    CPU_AND(&both, &self.lists[use], &self.at_start);
    count = CPU_COUNT(&both);
    return count > 0 ? count : 1;
}

int cpus_take(enum cpus_use use, struct diag *diag)
{
    const cpu_set_t *set = self.given[use] ? &self.lists[use] : &self.at_start;

    if (!self.any || sched_setaffinity(0, sizeof(*set), set) == 0)
        return 0;
    return diag_errno(diag, "sched_setaffinity");
}
