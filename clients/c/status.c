#include "clients/c/millstream.h"

const char *ms_version(void)
{
    return MS_VERSION;
}

const char *ms_status_name(int status)
{
    switch (status) {
    case MS_OK:
        return "ok";
    case MS_ERROR_IO:
        return "network failure";
    case MS_ERROR_CLOSED:
        return "connection closed";
    case MS_ERROR_TIMEOUT:
        return "timeout";
    case MS_ERROR_PROTOCOL:
        return "protocol violation";
    case MS_ERROR_REPLY:
        return "error reply";
    case MS_ERROR_USAGE:
        return "wrong usage";
    case MS_ERROR_STOPPED:
        return "stopped";
    case MS_ERROR_UNSURE:
        return "outcome unknown";
    default:
        return "unknown status";
    }
}
