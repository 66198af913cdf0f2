/* crash_report.c - the handler, its parts in the order of the report.
 *
 * The first thread that crashes writes the report; another one that crashes meanwhile waits for the
 * end that is coming. A report of the watchdog's that is under way gets a moment to end first.
 * Stacks of other reactors are had by a signal to each, whose handler notes its return addresses. A
 * second fault inside the report, its signal being blocked, ends the process at once, and SIGALRM
 * ends a report that hangs (dladdr may wait for a lock of the loader). */
#include "broker/observe/crash_report.h"
#include "broker/observe/crash_text.h"
#include "broker/observe/doing.h"
#include "broker/observe/memory_test.h"
#include "broker/reactor/reactor.h"
#include "broker/server/daemon.h"
#include "broker/server/log.h"
#include "broker/server/server.h"
#include "broker/session/session.h"
#include "core/base/check.h"
#include "core/base/mem.h"
#include "core/time/clock.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

enum {
    SIGNAL_STACK_SIZE = 128 * 1024,
    TRACE_DEPTH = 48,
    ARGUMENTS_SHOWN = 16,
    ARGUMENT_SHOWN = 128,
    BUILD_LINES = 8,
    WATCHDOG_WAIT_MS = 1000,
    STACK_WAIT_MS = 500,
    ADDRESS_DIGITS = 16
};

enum reporting {
    REPORT_NONE,
    REPORT_WATCHDOG, /* a stack only */
    REPORT_CRASH
};

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* A stack as the thread itself notes it. */
struct trace {
    void *frames[TRACE_DEPTH];
    atomic_int depth; /* -1: asked for; stored with release when the frames are there */
};

static struct {
    struct server *server;
    struct log *log;
    bool installed;
    pid_t pid;
    atomic_int reporting; /* enum reporting: what some thread writes now */
    int fatal_signal;
    const char *check_condition, *check_file;
    int check_line;
    pthread_t threads[REACTORS_LIMIT];
    atomic_bool has_thread[REACTORS_LIMIT]; /* release, after the thread's id */
    struct trace traces[REACTORS_LIMIT];
    char build[BUILD_LINES][CRASH_LINE_LIMIT];
    int build_lines;
    void *program_base;
} self;

static _Thread_local int my_reactor; /* its number from 1; 0: this thread is no reactor */

static int trace_signal(void)
{
    return SIGRTMIN + 6;
}

static void say(struct crash_line *line)
{
    log_emergency(self.log, crash_line_end(line));
}

static void say_text(const char *text)
{
    log_emergency(self.log, text);
}

/* --- Stacks. */

/* "#3 stream_append+0x1f (millstream-server+0x4711f)": the second form is what addr2line takes, and
 * says it for static functions too. */
static void say_frame(int number, void *address)
{
    struct crash_line line;
    Dl_info where;

    crash_line_start(&line);
    crash_put(&line, "#");
    crash_put_number(&line, number);
    crash_put(&line, " ");
    crash_put_hex(&line, (uintptr_t)address, ADDRESS_DIGITS);
    if (address && dladdr(address, &where) != 0 && where.dli_fname) {
        /* the program's own name is that of its arguments, where the title is now */
        bool own = where.dli_fbase == self.program_base;
        const char *path = own ? self.server->executable : where.dli_fname;
        const char *slash = strrchr(path, '/');

        if (where.dli_sname) {
            crash_put(&line, " ");
            crash_put(&line, where.dli_sname);
            crash_put(&line, "+");
            crash_put_hex(&line, (uintptr_t)address - (uintptr_t)where.dli_saddr, 1);
        }
        crash_put(&line, " (");
        crash_put(&line, slash ? slash + 1 : path);
        crash_put(&line, "+");
        crash_put_hex(&line, (uintptr_t)address - (uintptr_t)where.dli_fbase, 1);
        crash_put(&line, ")");
    }
    say(&line);
}

static void on_trace_signal(int number)
{
    struct trace *trace;
    int depth;

    (void)number;
    if (my_reactor == 0)
        return;
    trace = &self.traces[my_reactor - 1];
    if (atomic_load_explicit(&trace->depth, memory_order_relaxed) != -1)
        return;
    depth = backtrace(trace->frames, TRACE_DEPTH);
    atomic_store_explicit(&trace->depth, depth, memory_order_release);
}

/* The depth of reactor `index`'s stack, -1 if it does not answer. */
static int take_trace(int index)
{
    struct trace *trace = &self.traces[index];
    const struct timespec nap = {.tv_nsec = 1000000};
    int depth = -1;

    if (!atomic_load_explicit(&self.has_thread[index], memory_order_acquire))
        return -1;
    atomic_store_explicit(&trace->depth, -1, memory_order_relaxed);
    if (pthread_kill(self.threads[index], trace_signal()) != 0)
        return -1;
    for (int waited = 0; waited < STACK_WAIT_MS && depth < 0; waited++) {
        nanosleep(&nap, NULL);
        depth = atomic_load_explicit(&trace->depth, memory_order_acquire);
    }
    return depth;
}

static void say_stack_of(int index)
{
    int depth = take_trace(index);

    if (depth < 0)
        say_text("(its stack can't be had)");
    for (int i = 2; i < depth; i++) /* not our handler and what called it */
        say_frame(i - 2, self.traces[index].frames[i]);
}

static uintptr_t program_counter(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.pc;
#else
    (void)context;
    return 0;
#endif
}

static void say_own_stack(const ucontext_t *context)
{
    void *frames[TRACE_DEPTH];
    int depth = backtrace(frames, TRACE_DEPTH);
    uintptr_t here = program_counter(context);
    int first = 0;

    for (int i = 0; i < depth && first == 0; i++)
        if ((uintptr_t)frames[i] == here)
            first = i;
    say_text("------ STACK TRACE ------");
    if (first == 0) { /* a jump to nowhere */
        say_frame(0, (void *)here);
        for (int i = 0; i < depth; i++)
            say_frame(i + 1, frames[i]);
        return;
    }
    for (int i = first; i < depth; i++)
        say_frame(i - first, frames[i]);
}

/* --- Registers. */

struct named_register {
    const char *name;
    uint64_t value;
};

static void say_registers(const ucontext_t *context)
{
    enum {
        IN_A_LINE = 4
    };
#if defined(__x86_64__)
    const greg_t *at = context->uc_mcontext.gregs;
    const struct named_register all[] = {
        {"rax", (uint64_t)at[REG_RAX]}, {"rbx", (uint64_t)at[REG_RBX]},
        {"rcx", (uint64_t)at[REG_RCX]}, {"rdx", (uint64_t)at[REG_RDX]},
        {"rdi", (uint64_t)at[REG_RDI]}, {"rsi", (uint64_t)at[REG_RSI]},
        {"rbp", (uint64_t)at[REG_RBP]}, {"rsp", (uint64_t)at[REG_RSP]},
        {"r8", (uint64_t)at[REG_R8]},   {"r9", (uint64_t)at[REG_R9]},
        {"r10", (uint64_t)at[REG_R10]}, {"r11", (uint64_t)at[REG_R11]},
        {"r12", (uint64_t)at[REG_R12]}, {"r13", (uint64_t)at[REG_R13]},
        {"r14", (uint64_t)at[REG_R14]}, {"r15", (uint64_t)at[REG_R15]},
        {"rip", (uint64_t)at[REG_RIP]}, {"efl", (uint64_t)at[REG_EFL]}};
    size_t count = sizeof(all) / sizeof(all[0]);
#elif defined(__aarch64__)
    static const char *const names[] = {"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",
                                        "x8",  "x9",  "x10", "x11", "x12", "x13", "x14", "x15",
                                        "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
                                        "x24", "x25", "x26", "x27", "x28", "x29", "x30"};
    struct named_register all[33];
    size_t count = 33;

    for (size_t i = 0; i < 31; i++)
        all[i] = (struct named_register){names[i], context->uc_mcontext.regs[i]};
    all[31] = (struct named_register){"sp", context->uc_mcontext.sp};
    all[32] = (struct named_register){"pc", context->uc_mcontext.pc};
#else
    const struct named_register all[] = {{"", 0}};
    size_t count = 0;

    (void)context;
#endif
    struct crash_line line;

    say_text("------ REGISTERS ------");
    if (count == 0)
        say_text("(not known for this processor)");
    crash_line_start(&line);
    for (size_t i = 0; i < count; i++) {
        crash_put(&line, all[i].name);
        crash_put(&line, ":");
        crash_put_hex(&line, all[i].value, ADDRESS_DIGITS);
        if (i % IN_A_LINE == IN_A_LINE - 1 || i == count - 1) {
            say(&line);
            crash_line_start(&line);
        } else {
            crash_put(&line, " ");
        }
    }
}

/* --- What the reactors were doing. */

static void put_client(struct crash_line *line, const struct session *session)
{
    char text[ADDRESS_TEXT_LIMIT];
    uint64_t id;

    if (!session || !crash_copy(&id, &session->id, sizeof(id))) {
        crash_put(line, " for no client that is there");
        return;
    }
    crash_put(line, " for client id=");
    crash_put_number(line, (int64_t)id);
    crash_copy_text(text, session->peer, sizeof(text));
    crash_put(line, " addr=");
    crash_put_bytes(line, span_text(text));
}

static void say_arguments(const struct request *call)
{
    size_t shown = call->argc < ARGUMENTS_SHOWN ? call->argc : ARGUMENTS_SHOWN;

    for (size_t i = 0; i < shown; i++) {
        char bytes[ARGUMENT_SHOWN];
        struct crash_line line;
        struct span argument;
        size_t size;

        if (!crash_copy(&argument, &call->argv[i], sizeof(argument)))
            return;
        size = argument.size < sizeof(bytes) ? argument.size : sizeof(bytes);
        crash_line_start(&line);
        crash_put(&line, "  argv[");
        crash_put_number(&line, (int64_t)i);
        crash_put(&line, "], ");
        crash_put_number(&line, (int64_t)argument.size);
        crash_put(&line, " bytes: ");
        if (size > 0 && !crash_copy(bytes, argument.data, size))
            crash_put(&line, "(can't be read)");
        else
            crash_put_bytes(&line, span_of(bytes, size));
        say(&line);
    }
}

/* Names alone, unless user data may be shown; passwords are never. */
static bool may_show(const struct command_spec *spec, const char *name)
{
    static const char *const secret[] = {"auth", "hello", "acl", "setuser", "config", "migrate"};

    if (server_config(self.server)->hide_user_data_from_log)
        return false;
    for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++)
        if (strcmp(name, secret[i]) == 0)
            return false;
    return !(spec->flags & CMD_ADMIN);
}

static void say_call(struct crash_line *line, const struct doing *doing)
{
    const struct request *at = atomic_load_explicit(&doing->call, memory_order_relaxed);
    struct command_spec spec;
    struct request call;
    char name[64];

    if (!at) {
        crash_put(line, atomic_load_explicit(&doing->busy_since_ns, memory_order_relaxed)
                            ? "runs no command"
                            : "asleep");
        say(line);
        return;
    }
    if (!crash_copy(&call, at, sizeof(call)) || !crash_copy(&spec, call.spec, sizeof(spec))) {
        crash_put(line, "runs a command that can't be read");
        say(line);
        return;
    }
    crash_copy_text(name, spec.name, sizeof(name));
    crash_put(line, "runs '");
    crash_put(line, name);
    crash_put(line, "' with ");
    crash_put_number(line, (int64_t)call.argc);
    crash_put(line, " arguments, db=");
    crash_put_number(line, call.db);
    put_client(line, atomic_load_explicit(&doing->session, memory_order_relaxed));
    say(line);
    if (may_show(&spec, name))
        say_arguments(&call);
}

static void say_reactor(int index)
{
    const struct doing *doing = &self.server->reactors[index]->doing;
    uint64_t since_ns = atomic_load_explicit(&doing->busy_since_ns, memory_order_relaxed);
    struct crash_line line;

    crash_line_start(&line);
    crash_put(&line, "reactor ");
    crash_put_number(&line, index);
    if (my_reactor == index + 1)
        crash_put(&line, " (this thread)");
    if (since_ns) {
        crash_put(&line, ", busy for ");
        crash_put_number(&line, (int64_t)(clock_monotonic_ns() - since_ns) / 1000);
        crash_put(&line, " us");
    }
    crash_put(&line, ": ");
    say_call(&line, doing);
}

static void say_reactors(bool stacks)
{
    say_text("------ REACTORS ------");
    for (int i = 0; i < self.server->reactor_count; i++) {
        if (!self.server->reactors[i])
            continue;
        say_reactor(i);
        if (stacks && my_reactor != i + 1)
            say_stack_of(i);
    }
}

/* --- The whole. */

static const char *signal_text(int number)
{
    switch (number) {
    case SIGSEGV:
        return "SIGSEGV";
    case SIGBUS:
        return "SIGBUS";
    case SIGFPE:
        return "SIGFPE";
    case SIGILL:
        return "SIGILL";
    default:
        return "SIGABRT";
    }
}

static void say_signal(int number, const siginfo_t *info, const ucontext_t *context)
{
    struct crash_line line;

    say_text("=== MILLSTREAM BUG REPORT START: Cut & paste starting from here ===");
    crash_line_start(&line);
    crash_put(&line, "Millstream " MS_VERSION " crashed by signal: ");
    crash_put_number(&line, number);
    crash_put(&line, " (");
    crash_put(&line, signal_text(number));
    crash_put(&line, "), si_code: ");
    crash_put_number(&line, info->si_code);
    say(&line);
    crash_line_start(&line);
    if (self.check_condition) {
        crash_put(&line, "CHECK failed: ");
        crash_put(&line, self.check_condition);
        crash_put(&line, " at ");
        crash_put(&line, self.check_file);
        crash_put(&line, ":");
        crash_put_number(&line, self.check_line);
    } else if (info->si_code <= 0) {
        crash_put(&line, "Sent by the process ");
        crash_put_number(&line, info->si_pid);
        crash_put(&line, " of the user ");
        crash_put_number(&line, (int64_t)info->si_uid);
    } else {
        crash_put(&line, "Accessing address: ");
        crash_put_hex(&line, (uintptr_t)info->si_addr, 1);
    }
    say(&line);
    crash_line_start(&line);
    crash_put(&line, "Instruction at: ");
    crash_put_hex(&line, program_counter(context), 1);
    say(&line);
}

static void say_build(void)
{
    struct crash_line line;

    say_text("------ SERVER ------");
    for (int i = 0; i < self.build_lines; i++)
        say_text(self.build[i]);
    crash_line_start(&line);
    crash_put(&line, "uptime_in_seconds:");
    crash_put_number(&line, (int64_t)(clock_monotonic_ns() - self.server->started_ns) / 1000000000);
    crash_put(&line, " connected_clients:");
    crash_put_number(&line, atomic_load_explicit(&self.server->client_count, memory_order_relaxed));
    crash_put(&line, " used_memory:");
    crash_put_number(&line, (int64_t)mem_used());
    say(&line);
}

static void say_memory_test(void)
{
    if (!server_config(self.server)->crash_memcheck_enabled)
        return;
    say_text("------ FAST MEMORY TEST ------");
    say_text(memory_test_run() ? "The memory that was tested keeps what is written to it."
                               : "*** THE MEMORY IS BROKEN: replace it. ***");
}

static _Noreturn void take_usual_course(int number)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    sigset_t only;

    if (self.check_condition && server_config(self.server)->use_exit_on_panic)
        _exit(1); /* no core file, and no signal that somebody counts */
    sigaction(number, &usual, NULL);
    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    raise(number);
    _exit(128 + number);
}

static void on_alarm(int number)
{
    (void)number;
    say_text("(the report hangs; it ends here)");
    take_usual_course(self.fatal_signal);
}

static void set_deadline(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    sigset_t only;

    sigaction(SIGALRM, &action, NULL);
    sigemptyset(&only);
    sigaddset(&only, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    alarm(CRASH_REPORT_SECONDS);
}

/* Makes this thread the one that reports the crash; does not return if another one is. The watchdog
 * may be broken itself, or wait for this very thread, so it is not waited for without end. */
static void begin_crash(void)
{
    const struct timespec nap = {.tv_nsec = 1000000};

    for (int waited = 0; waited < WATCHDOG_WAIT_MS; waited++) {
        int none = REPORT_NONE;

        if (atomic_compare_exchange_strong(&self.reporting, &none, REPORT_CRASH))
            return;
        if (none == REPORT_CRASH)
            break;
        nanosleep(&nap, NULL);
    }
    if (atomic_exchange(&self.reporting, REPORT_CRASH) == REPORT_CRASH)
        for (;;)
            pause();
}

static void on_fatal_signal(int number, siginfo_t *info, void *raw_context)
{
    const ucontext_t *context = raw_context;
    bool is_server = getpid() == self.pid; /* not a child that writes a file */

    begin_crash();
    self.fatal_signal = number;
    set_deadline();
    say_signal(number, info, context);
    say_own_stack(context);
    if (server_config(self.server)->hide_user_data_from_log)
        say_text("(registers and arguments are hidden: hide-user-data-from-log)");
    else
        say_registers(context);
    say_reactors(is_server);
    say_build();
    if (is_server)
        say_memory_test();
    say_text("=== MILLSTREAM BUG REPORT END. Please open an issue with it. ===");
    if (is_server)
        daemon_remove_pid_file(self.server);
    take_usual_course(number);
}

/* --- Setting up. */

static void on_check_failed(const char *condition, const char *file, int line)
{
    self.check_condition = condition;
    self.check_file = file;
    self.check_line = line;
}

__attribute__((format(printf, 1, 2))) static void note_build(const char *format, ...)
{
    va_list args;

    CHECK(self.build_lines < BUILD_LINES);
    va_start(args, format);
    vsnprintf(self.build[self.build_lines++], CRASH_LINE_LIMIT, format, args);
    va_end(args);
}

static void describe_build(struct server *server)
{
    const struct config *config = server_config(server);
    struct utsname system;

    uname(&system);
    self.build_lines = 0;
    note_build("redis_version:8.10.0 server_name:millstream millstream_version:%s", MS_VERSION);
    note_build("os:%s %s %s arch_bits:%zu", system.sysname, system.release, system.machine,
               sizeof(void *) * 8);
    note_build("compiler:%s allocator:%s", __VERSION__,
#ifdef MS_JEMALLOC
               "jemalloc"
#else
               "libc"
#endif
    );
    note_build("process_id:%d run_id:%s tcp_port:%d reactors:%d", (int)getpid(), server->run_id,
               config->port, server->reactor_count);
    note_build("executable:%s", server->executable);
    note_build("config_file:%s", config_file(server->config));
}

static void catch_all(void)
{
    /* without SA_RESETHAND: a second thread's crash would end us in the middle of the report */
    struct sigaction fatal = {.sa_sigaction = on_fatal_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    sigfillset(
        &fatal.sa_mask); /* nothing else comes in between, but a fault of the report itself */
    for (size_t i = 0; i < sizeof(fatal_signals) / sizeof(fatal_signals[0]); i++)
        sigaction(fatal_signals[i], &fatal, NULL);
    check_set_hook(on_check_failed);
}

static void catch_none(void)
{
    for (size_t i = 0; i < sizeof(fatal_signals) / sizeof(fatal_signals[0]); i++)
        signal(fatal_signals[i], SIG_DFL);
    check_set_hook(NULL);
}

static bool sanitizer_is_there(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

void crash_report_configure(struct server *server)
{
    bool wanted = server_config(server)->crash_log_enabled && !sanitizer_is_there();

    if (wanted == self.installed)
        return;
    self.installed = wanted;
    if (wanted)
        catch_all();
    else
        catch_none();
}

void crash_report_install(struct server *server)
{
    struct sigaction trace = {.sa_handler = on_trace_signal, .sa_flags = SA_RESTART | SA_ONSTACK};
    void *frames[2];
    Dl_info where;

    self.server = server;
    self.log = server->log;
    self.pid = getpid();
    if (dladdr(self.build, &where) != 0)
        self.program_base = where.dli_fbase;
    (void)!backtrace(frames, 2); /* loads what it needs now, not in the handler */
    if (crash_text_init() < 0)
        log_line(server->log, LOG_WARNING, "A crash report would lack what was running: no pipe.");
    describe_build(server);
    sigaction(trace_signal(), &trace, NULL);
    crash_report_configure(server);
}

void crash_report_thread(int index)
{
    stack_t stack = {.ss_size = SIGNAL_STACK_SIZE};
    sigset_t signals;

    my_reactor = index + 1;
    self.threads[index] = pthread_self();
    atomic_store_explicit(&self.has_thread[index], true, memory_order_release);
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof(fatal_signals) / sizeof(fatal_signals[0]); i++)
        sigaddset(&signals, fatal_signals[i]);
    sigaddset(&signals, trace_signal());
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL); /* a blocked fault would end us unreported */
    if (sanitizer_is_there())
        return;
    /* as long as the thread, which lasts as long as we */
    stack.ss_sp = mmap(NULL, SIGNAL_STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack.ss_sp != MAP_FAILED)
        sigaltstack(&stack, NULL);
}

void crash_report_stack_of(int index)
{
    int expected = REPORT_NONE;

    if (!atomic_compare_exchange_strong(&self.reporting, &expected, REPORT_WATCHDOG))
        return;
    say_reactor(index);
    say_stack_of(index);
    expected = REPORT_WATCHDOG; /* a crash meanwhile keeps what it has taken */
    atomic_compare_exchange_strong(&self.reporting, &expected, REPORT_NONE);
}
