package io.backupmx.worker.postfix;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times, sizes and counts: those that both have, one by one. */
final class LimitsImport {

    private sealed interface Kind {
        /** Of things, or of octets. */
        record Count() implements Kind {}

        /** {@code yes} or {@code no}. */
        record Offered() implements Kind {}

        /** @param unit of a number without one */
        record Time(String unit) implements Kind {}
    }

    private record Row(String parameter, String key, Kind kind) {}

    private static final Kind COUNT = new Kind.Count();
    private static final Kind OFFERED = new Kind.Offered();
    private static final Kind SECONDS = new Kind.Time("s");

    private static final List<Row> ROWS = List.of(
            new Row("message_size_limit", "ingress.max_message_bytes", COUNT),
            new Row("smtpd_recipient_limit", "ingress.max_recipients", COUNT),
            new Row("smtpd_client_connection_count_limit", "ingress.max_connections_per_address", COUNT),
            new Row("smtpd_client_connection_rate_limit", "ingress.client_limits.connections_per_minute", COUNT),
            new Row("smtpd_client_message_rate_limit", "ingress.client_limits.messages_per_minute", COUNT),
            new Row("smtpd_client_recipient_rate_limit", "ingress.client_limits.recipients_per_minute", COUNT),
            new Row("smtpd_hard_error_limit", "ingress.max_errors", COUNT),
            new Row("hopcount_limit", "ingress.max_hops", COUNT),
            new Row("smtputf8_enable", "ingress.smtputf8", OFFERED),
            new Row("smtpd_timeout", "ingress.command_timeout", SECONDS),
            new Row("maximal_queue_lifetime", "retry.max_lifetime", new Kind.Time("d")),
            new Row("bounce_queue_lifetime", "retry.report_lifetime", new Kind.Time("d")),
            new Row("default_destination_concurrency_limit", "worker.max_connections_per_route", COUNT),
            new Row("relay_destination_concurrency_limit", "worker.max_connections_per_route", COUNT),
            new Row("smtp_connect_timeout", "worker.connect_timeout", SECONDS),
            new Row("smtp_helo_timeout", "worker.command_timeout", SECONDS),
            new Row("smtp_mail_timeout", "worker.mail_timeout", SECONDS),
            new Row("smtp_rcpt_timeout", "worker.recipient_timeout", SECONDS),
            new Row("smtp_data_init_timeout", "worker.data_timeout", SECONDS),
            new Row("smtp_data_xfer_timeout", "worker.data_block_timeout", SECONDS),
            new Row("smtp_data_done_timeout", "worker.final_dot_timeout", SECONDS));

    private static final String DELAY_WARNING = "delay_warning_time";

    private static final Pattern TIME = Pattern.compile("(?<count>\\d{1,9})\\s*(?<unit>[smhdwSMHDW]?)");
    private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");

    private static final String FIRST_DELAY = "minimal_backoff_time";
    private static final String LAST_DELAY = "maximal_backoff_time";
    private static final int MAX_DELAYS = 16;

    private final Parameters parameters;
    private final ImportedConfig config;
    private final ImportReport report;

    LimitsImport(Parameters parameters, ImportedConfig config, ImportReport report) {
        this.parameters = parameters;
        this.config = config;
        this.report = report;
    }

    void run() {
        for (Row row : ROWS) {
            parameters.set(row.parameter()).ifPresent(value -> take(row, value));
        }
        parameters.set(DELAY_WARNING).ifPresent(this::delayWarning);
        if (parameters.isSet(FIRST_DELAY) || parameters.isSet(LAST_DELAY)) {
            delays();
        }
    }

    /** Zero means never, there by default and here without the key. */
    private void delayWarning(String value) {
        if (seconds(value).filter(Duration::isZero).isPresent()) {
            report.taken(DELAY_WARNING, "reports.delay_warning: never, as by default");
        } else {
            take(new Row(DELAY_WARNING, "reports.delay_warning", new Kind.Time("h")), value);
        }
    }

    private void take(Row row, String value) {
        Optional<String> ours = value.equals("0") ? Optional.empty() : ours(row.kind(), value);
        if (value.equals("0")) {
            report.attention(row.parameter(), "0, no limit, is not taken: " + row.key() + " keeps its default");
        } else if (ours.isEmpty()) {
            report.attention(row.parameter(), "'" + value + "' is not understood");
        } else {
            Optional<String> problem = config.set(row.key(), ours.get());
            if (problem.isPresent()) {
                report.attention(row.parameter(), "is not taken: " + problem.get());
            } else {
                report.taken(row.parameter(), row.key() + ": " + ours.get());
            }
        }
    }

    private static Optional<String> ours(Kind kind, String value) {
        return switch (kind) {
            case Kind.Count _ -> Optional.of(value).filter(DIGITS.asMatchPredicate());
            case Kind.Offered _ ->
                switch (value.toLowerCase(Locale.ROOT)) {
                    case "yes" -> Optional.of("offer");
                    case "no" -> Optional.of("off");
                    default -> Optional.empty();
                };
            case Kind.Time(String unit) -> time(value, unit);
        };
    }

    private static Optional<String> time(String value, String unit) {
        Matcher matcher = TIME.matcher(value);
        return matcher.matches()
                ? Optional.of(matcher.group("count")
                        + (matcher.group("unit").isEmpty()
                                ? unit
                                : matcher.group("unit").toLowerCase(Locale.ROOT)))
                : Optional.empty();
    }

    /** Postfix doubles a mail's wait from the first to the last of the two (qmgr(8)); ours is a list. */
    private void delays() {
        Optional<Duration> first = seconds(parameters.set(FIRST_DELAY).orElse("300s"));
        Optional<Duration> last = seconds(parameters.set(LAST_DELAY).orElse("4000s"));
        String subject = parameters.isSet(FIRST_DELAY) ? FIRST_DELAY : LAST_DELAY;
        if (first.isEmpty() || last.isEmpty() || first.get().isZero()) {
            report.attention(subject, "is not understood: retry.delays keeps its default");
            return;
        }
        List<String> delays = new ArrayList<>();
        for (Duration delay = first.get();
                delay.compareTo(last.get()) < 0 && delays.size() < MAX_DELAYS - 1;
                delay = delay.multipliedBy(2)) {
            delays.add(delay.toSeconds() + "s");
        }
        delays.add(last.get().toSeconds() + "s");
        Optional<String> problem = config.setList("retry.delays", delays);
        for (String parameter : List.of(FIRST_DELAY, LAST_DELAY)) {
            if (parameters.isSet(parameter)) {
                problem.ifPresentOrElse(
                        what -> report.attention(parameter, "is not taken: " + what),
                        () -> report.taken(parameter, "retry.delays: " + delays));
            }
        }
    }

    private static Optional<Duration> seconds(String value) {
        Matcher matcher = TIME.matcher(value);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long count = Long.parseLong(matcher.group("count"));
        return Optional.of(
                switch (matcher.group("unit").toLowerCase(Locale.ROOT)) {
                    case "m" -> Duration.ofMinutes(count);
                    case "h" -> Duration.ofHours(count);
                    case "d" -> Duration.ofDays(count);
                    case "w" -> Duration.ofDays(7 * count);
                    default -> Duration.ofSeconds(count);
                });
    }
}
