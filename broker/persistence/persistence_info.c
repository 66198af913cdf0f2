/* persistence_info.c - INFO persistence: what the disk has, and what is being done about it. */
#include "broker/info/info.h"
#include "broker/persistence/persistence_internal.h"
#include "broker/server/server.h"
#include "core/time/clock.h"

static const char *status(bool ok)
{
    return ok ? "ok" : "err";
}

static long long seconds(int64_t ms)
{
    return ms < 0 ? -1 : (long long)(ms / 1000);
}

static void put_loading(const struct persistence *self, struct buffer *out)
{
    uint64_t bytes = atomic_load_explicit(&self->loading_bytes, memory_order_relaxed);
    uint64_t of = atomic_load_explicit(&self->loading_of, memory_order_relaxed);
    int64_t passed_ms = clock_now_ms() - self->loading_since_ms;

    buffer_printf(out,
                  "loading_start_time:%lld\r\nloading_total_bytes:%llu\r\n"
                  "loading_rdb_used_mem:0\r\nloading_loaded_bytes:%llu\r\n"
                  "loading_loaded_perc:%.2f\r\nloading_eta_seconds:%lld\r\n",
                  (long long)(self->loading_since_ms / 1000), (unsigned long long)of,
                  (unsigned long long)bytes, of ? 100.0 * (double)bytes / (double)of : 0.0,
                  bytes && of > bytes
                      ? (long long)((double)passed_ms / (double)bytes * (double)(of - bytes) / 1000)
                      : 0LL);
}

static void put_log(const struct persistence *self, struct buffer *out)
{
    struct commit_facts facts;

    commit_log_facts(self->log, &facts);
    buffer_printf(out,
                  "aof_current_size:%llu\r\naof_base_size:%llu\r\naof_pending_rewrite:%d\r\n"
                  "aof_buffer_length:%llu\r\naof_rewrite_buffer_length:0\r\n"
                  "aof_pending_bio_fsync:%d\r\naof_delayed_fsync:%llu\r\n",
                  (unsigned long long)facts.disk_bytes, (unsigned long long)facts.base_bytes,
                  self->rewrite_scheduled, (unsigned long long)facts.pending_bytes,
                  facts.pending_bytes > 0, (unsigned long long)facts.delayed_syncs);
    buffer_printf(out,
                  "log_position:%llu\r\nlog_durable_position:%llu\r\n"
                  "log_checkpoint_position:%llu\r\nlog_segments:%u\r\nlog_frames:%llu\r\n"
                  "log_syncs:%llu\r\nlog_record_bytes:%llu\r\nlog_stored_bytes:%llu\r\n"
                  "log_last_sync_usec:%llu\r\n",
                  (unsigned long long)facts.position, (unsigned long long)facts.durable,
                  (unsigned long long)facts.checkpoint, facts.segments,
                  (unsigned long long)facts.frames, (unsigned long long)facts.syncs,
                  (unsigned long long)facts.record_bytes, (unsigned long long)facts.stored_bytes,
                  (unsigned long long)facts.last_sync_us);
}

uint64_t persistence_pending_bytes(const struct persistence *self)
{
    struct commit_facts facts;

    if (!self->log)
        return 0;
    commit_log_facts(self->log, &facts);
    return facts.pending_bytes;
}

/* The child that writes a file now; zeros if there is none. */
static void put_child(const struct persistence *self, struct buffer *out)
{
    const struct child_progress *progress = self->progress;
    bool runs = self->child.job != JOB_NONE;
    uint64_t keys = runs ? atomic_load_explicit(&progress->keys, memory_order_relaxed) : 0;
    uint64_t total = runs ? atomic_load_explicit(&progress->keys_total, memory_order_relaxed) : 0;
    uint64_t copied =
        runs ? atomic_load_explicit(&progress->copied_bytes, memory_order_relaxed) : 0;
    uint64_t peak = runs ? atomic_load_explicit(&progress->copied_peak, memory_order_relaxed) : 0;
    int64_t at_ms = runs ? atomic_load_explicit(&progress->copied_at_ms, memory_order_relaxed) : 0;

    buffer_printf(out,
                  "current_cow_peak:%llu\r\ncurrent_cow_size:%llu\r\n"
                  "current_cow_size_age:%lld\r\ncurrent_fork_perc:%.2f\r\n"
                  "current_save_keys_processed:%llu\r\ncurrent_save_keys_total:%llu\r\n",
                  (unsigned long long)peak, (unsigned long long)copied,
                  at_ms ? (long long)((clock_now_ms() - at_ms) / 1000) : 0,
                  total ? 100. * (double)keys / (double)total : 0.0, (unsigned long long)keys,
                  (unsigned long long)total);
}

void info_persistence(struct info_report *report)
{
    struct server *server = report->server;
    const struct persistence *self = server->persistence;
    bool loading = atomic_load_explicit(&server->loading, memory_order_relaxed);
    int64_t running_ms = self->child.job == JOB_NONE ? -1 : clock_now_ms() - self->child.started_ms;
    bool saving = self->child.job == JOB_SAVE;
    bool rewriting = self->child.job == JOB_REWRITE || self->install_running;

    buffer_printf(report->out, "loading:%d\r\nasync_loading:0\r\n", loading);
    put_child(self, report->out);
    buffer_printf(report->out,
                  "rdb_changes_since_last_save:%llu\r\nrdb_bgsave_in_progress:%d\r\n"
                  "rdb_last_save_time:%lld\r\nrdb_last_bgsave_status:%s\r\n"
                  "rdb_last_bgsave_time_sec:%lld\r\nrdb_current_bgsave_time_sec:%lld\r\n"
                  "rdb_saves:%llu\r\nrdb_last_cow_size:%llu\r\n"
                  "rdb_last_load_keys_expired:%llu\r\nrdb_last_load_keys_loaded:%llu\r\n",
                  (unsigned long long)(persistence_changes(server) - server->changes_at_save),
                  saving, (long long)(server->last_save_ms / 1000),
                  status(atomic_load_explicit(&self->last_save_ok, memory_order_relaxed)),
                  seconds(self->last_save_ms), saving ? seconds(running_ms) : -1,
                  (unsigned long long)self->saves, (unsigned long long)self->last_save_copied,
                  (unsigned long long)self->loaded_expired,
                  (unsigned long long)self->loaded_from_rdb);
    buffer_printf(
        report->out,
        "aof_enabled:%d\r\naof_rewrite_in_progress:%d\r\naof_rewrite_scheduled:%d\r\n"
        "aof_last_rewrite_time_sec:%lld\r\naof_current_rewrite_time_sec:%lld\r\n"
        "aof_last_bgrewrite_status:%s\r\naof_rewrites:%llu\r\n"
        "aof_rewrites_consecutive_failures:%u\r\nrdb_saves_consecutive_failures:%u\r\n"
        "aof_last_write_status:%s\r\naof_last_cow_size:%llu\r\n",
        self->log != NULL, rewriting, self->rewrite_scheduled, seconds(self->last_rewrite_ms),
        self->child.job == JOB_REWRITE ? seconds(running_ms) : -1, status(self->last_rewrite_ok),
        (unsigned long long)self->rewrites, self->rewrite_failures, self->save_failures,
        status(!atomic_load_explicit(&self->failed, memory_order_relaxed)),
        (unsigned long long)self->last_rewrite_copied);
    buffer_printf(report->out, "backup_in_progress:%d\r\n", backup_is_in_progress(self->backup));
    if (self->log)
        put_log(self, report->out);
    if (loading)
        put_loading(self, report->out);
}
