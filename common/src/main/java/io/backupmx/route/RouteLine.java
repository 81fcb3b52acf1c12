package io.backupmx.route;

import io.backupmx.smtp.Domain;
import java.util.Optional;

/**
 * Where one line of the tables, or an inline primary, has mail go.
 *
 * @param about whose mail, that of single addresses included; empty: anybody's for whom no other line is
 * @param below that of the domain's subdomains, and not its own
 */
public record RouteLine(Optional<Domain> about, boolean below, Route route) {}
