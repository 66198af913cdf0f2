/* main.c - millstream-benchmark: puts load on a server and says what it took. */
#include "clients/bench/bench.h"
#include "clients/bench/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double milliseconds(const struct bench *bench, double percent)
{
    return (double)histogram_percentile(bench->latency, percent) / 1e6;
}

static double per_second(const struct bench *bench)
{
    double seconds = (double)(bench->ended_ns - bench->started_ns) / 1e9;

    return seconds > 0 ? (double)bench->done / seconds : 0;
}

static void report_text(const struct bench *bench)
{
    if (bench->options->quiet) {
        printf("%s: %.2f operations per second, p50=%.3f msec\n", bench->workload->name,
               per_second(bench), milliseconds(bench, 50));
        return;
    }
    printf("====== %s: %s ======\n", bench->workload->name, bench->workload->summary);
    printf("  %lld operations, %d connections, %d bytes, pipeline %d\n", (long long)bench->done,
           bench->options->connections, bench->options->size, bench->options->pipeline);
    printf("  %.2f operations per second\n", per_second(bench));
    if (bench->server_cpu_us > 0)
        printf("  %.2f us of server CPU an operation\n", bench->server_cpu_us);
    printf("  latency (msec): avg %.3f  p50 %.3f  p95 %.3f  p99 %.3f  p99.9 %.3f  max %.3f\n\n",
           histogram_mean(bench->latency) / 1e6, milliseconds(bench, 50), milliseconds(bench, 95),
           milliseconds(bench, 99), milliseconds(bench, 99.9),
           (double)histogram_max(bench->latency) / 1e6);
}

static void report_csv(const struct bench *bench, bool first)
{
    if (first)
        printf("\"test\",\"rps\",\"cpu_us\",\"avg_latency_ms\",\"p50_latency_ms\","
               "\"p95_latency_ms\",\"p99_latency_ms\",\"max_latency_ms\"\n");
    printf("\"%s\",\"%.2f\",\"%.3f\",\"%.3f\",\"%.3f\",\"%.3f\",\"%.3f\",\"%.3f\"\n",
           bench->workload->name, per_second(bench), bench->server_cpu_us,
           histogram_mean(bench->latency) / 1e6, milliseconds(bench, 50), milliseconds(bench, 95),
           milliseconds(bench, 99), (double)histogram_max(bench->latency) / 1e6);
}

static void report_json(const struct bench *bench, bool first)
{
    printf("%s\n  {\"test\": \"%s\", \"operations\": %lld, \"rps\": %.2f, \"cpu_us\": %.3f, "
           "\"latency_ms\": {\"avg\": %.3f, \"p50\": %.3f, \"p95\": %.3f, \"p99\": %.3f, "
           "\"p99.9\": %.3f, \"max\": %.3f}}",
           first ? "[" : ",", bench->workload->name, (long long)bench->done, per_second(bench),
           bench->server_cpu_us, histogram_mean(bench->latency) / 1e6, milliseconds(bench, 50),
           milliseconds(bench, 95), milliseconds(bench, 99), milliseconds(bench, 99.9),
           (double)histogram_max(bench->latency) / 1e6);
}

static bool is_wanted(const struct bench_options *options, const struct workload *workload)
{
    const char *at = options->tests;
    size_t size = strlen(workload->name);

    if (!at)
        return workload->usual;
    for (; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, workload->name, size) == 0 && (at[size] == ',' || at[size] == '\0'))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    struct bench_options options;
    int rc = bench_options_parse(&options, argc, argv);
    struct ms_tls *tls = NULL;
    bool first = true;

    if (rc != 0)
        return rc > 0 ? 2 : 0;
    if (options.use_tls) {
        char error[256];

        tls = ms_tls_new(&options.tls, error, sizeof(error));
        if (!tls) {
            fprintf(stderr, "%s\n", error);
            return 2;
        }
    }
    for (const struct workload *at = workloads; at->name; at++) {
        struct bench bench = {.options = &options, .tls = tls};

        if (!is_wanted(&options, at))
            continue;
        if (bench_run(&bench, at)) {
            if (options.output == OUTPUT_TEXT)
                report_text(&bench);
            else if (options.output == OUTPUT_CSV)
                report_csv(&bench, first);
            else
                report_json(&bench, first);
            first = false;
        } else {
            fprintf(stderr, "%s: %s%s\n", at->name, bench.reason,
                    bench.unsupported ? " (skipped)" : "");
            if (!bench.unsupported)
                rc = 1;
        }
        fflush(stdout);
        bench_release(&bench);
    }
    if (options.output == OUTPUT_JSON)
        printf("%s\n", first ? "[]" : "\n]");
    ms_tls_free(tls);
    return rc;
}
