package io.backupmx.route;

import io.backupmx.smtp.Domain;

/** What gives an address its route. */
public sealed interface RouteSource {

    /** A line of the transport file. */
    record TransportLine(int line) implements RouteSource {}

    /** {@code domains.DOMAIN.primary}. */
    record Primary(Domain domain) implements RouteSource {}

    /** {@code permit_mx_backup}: the domain's MX records, for no line of the transport file is about it. */
    record MxBackup() implements RouteSource {}

    /** Nothing. */
    record None() implements RouteSource {}
}
