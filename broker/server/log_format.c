#include "broker/server/log_format.h"

#include <stdbool.h>
#include <string.h>

struct civil {
    int64_t year;
    unsigned month, day; /* from 1 */
    unsigned hour, minute, second, ms;
};

/* Days are counted from 1 March of the year 0, so that the leap day is a year's last: 146097 days
 * are 400 years, and 153 days five months from March on. */
static struct civil civil_of(int64_t time_ms)
{
    int64_t days = time_ms / 86400000, rest = time_ms % 86400000;
    int64_t era, day_of_era, year_of_era, day_of_year, month;
    struct civil at;

    if (rest < 0) {
        rest += 86400000;
        days--;
    }
    days += 719468;
    era = (days >= 0 ? days : days - 146096) / 146097;
    day_of_era = days - era * 146097;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    month = (5 * day_of_year + 2) / 153;
    at.day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1);
    at.month = (unsigned)(month < 10 ? month + 3 : month - 9);
    at.year = year_of_era + era * 400 + (at.month <= 2);
    at.hour = (unsigned)(rest / 3600000);
    at.minute = (unsigned)(rest / 60000 % 60);
    at.second = (unsigned)(rest / 1000 % 60);
    at.ms = (unsigned)(rest % 1000);
    return at;
}

static char *put_text(char *to, const char *text)
{
    size_t size = strlen(text);

    memcpy(to, text, size);
    return to + size;
}

/* At least `width` digits. */
static char *put_number(char *to, int64_t value, int width)
{
    char digits[24];
    int count = 0;

    if (value < 0)
        value = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0 || count < width);
    while (count > 0)
        *to++ = digits[--count];
    return to;
}

static char *put_clock(char *to, const struct civil *at)
{
    to = put_number(to, at->hour, 2);
    *to++ = ':';
    to = put_number(to, at->minute, 2);
    *to++ = ':';
    to = put_number(to, at->second, 2);
    *to++ = '.';
    return put_number(to, at->ms, 3);
}

static char *put_text_line(char *to, const struct log_stamp *stamp, const char *message,
                           size_t size)
{
    static const char marks[] = ".-*#";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct civil at = civil_of(stamp->time_ms + (int64_t)stamp->utc_offset_s * 1000);

    to = put_number(to, stamp->pid, 1);
    *to++ = ':';
    *to++ = stamp->role;
    *to++ = ' ';
    to = put_number(to, at.day, 2);
    *to++ = ' ';
    memcpy(to, months + (size_t)(at.month - 1) * 3, 3);
    to += 3;
    *to++ = ' ';
    to = put_number(to, at.year, 4);
    *to++ = ' ';
    to = put_clock(to, &at);
    *to++ = ' ';
    *to++ = marks[stamp->level];
    *to++ = ' ';
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)message[i];

        *to++ = byte < 0x20 || byte == 0x7f ? ' ' : (char)byte;
    }
    return to;
}

/* The bytes of the UTF-8 character at `at`, 0 if there is none: too short, overlong, a surrogate,
 * or beyond U+10FFFF (RFC 3629). */
static size_t utf8_size(const unsigned char *at, size_t left)
{
    static const struct {
        unsigned char from, to, second_from, second_to;
        unsigned char size;
    } forms[] = {{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
                 {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
                 {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};

    if (at[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (at[0] < forms[i].from || at[0] > forms[i].to)
            continue;
        if (left < forms[i].size || at[1] < forms[i].second_from || at[1] > forms[i].second_to)
            return 0;
        for (size_t k = 2; k < forms[i].size; k++)
            if ((at[k] & 0xc0) != 0x80)
                return 0;
        return forms[i].size;
    }
    return 0;
}

static char *put_escaped(char *to, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef";

    *to++ = '\\';
    if (byte == '"' || byte == '\\') {
        *to++ = (char)byte;
    } else if (byte == '\n' || byte == '\r' || byte == '\t') {
        *to++ = byte == '\n' ? 'n' : byte == '\r' ? 'r' : 't';
    } else {
        to = put_text(to, "u00");
        *to++ = hex[byte >> 4];
        *to++ = hex[byte & 15];
    }
    return to;
}

static char *put_json_string(char *to, const char *message, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)message;
    size_t i = 0;

    while (i < size) {
        size_t length = utf8_size(bytes + i, size - i);

        if (length == 0) {
            to = put_text(to, "\\ufffd");
            length = 1;
        } else if (bytes[i] < 0x20 || bytes[i] == '"' || bytes[i] == '\\' || bytes[i] == 0x7f) {
            to = put_escaped(to, bytes[i]);
        } else {
            memcpy(to, bytes + i, length);
            to += length;
        }
        i += length;
    }
    return to;
}

static char *put_json_line(char *to, const struct log_stamp *stamp, const char *message,
                           size_t size)
{
    static const char *const levels[] = {"debug", "verbose", "notice", "warning"};
    struct civil at = civil_of(stamp->time_ms);

    to = put_text(to, "{\"time\":\"");
    to = put_number(to, at.year, 4);
    *to++ = '-';
    to = put_number(to, at.month, 2);
    *to++ = '-';
    to = put_number(to, at.day, 2);
    *to++ = 'T';
    to = put_clock(to, &at);
    to = put_text(to, "Z\",\"level\":\"");
    to = put_text(to, levels[stamp->level]);
    to = put_text(to, "\",\"pid\":");
    to = put_number(to, stamp->pid, 1);
    if (stamp->role != 'M')
        to = put_text(to, ",\"role\":\"child\"");
    to = put_text(to, ",\"message\":\"");
    to = put_json_string(to, message, size);
    return put_text(to, "\"}");
}

size_t log_format_line(char *to, enum config_log_format format, const struct log_stamp *stamp,
                       const char *message)
{
    size_t size = strnlen(message, LOG_TEXT_LIMIT);
    char *end = format == LOG_FORMAT_JSON ? put_json_line(to, stamp, message, size)
                                          : put_text_line(to, stamp, message, size);

    *end++ = '\n';
    return (size_t)(end - to);
}
