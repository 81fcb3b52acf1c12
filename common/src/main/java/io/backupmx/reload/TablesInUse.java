package io.backupmx.reload;

import io.backupmx.route.ConfiguredRelayTables;
import java.time.Instant;

/**
 * The tables in use, in figures.
 *
 * @param since when they were loaded
 * @param stale whether newer ones are there that could not be taken
 */
public record TablesInUse(Instant since, int domains, int recipients, boolean stale) {

    TablesInUse(Instant since, ConfiguredRelayTables tables, boolean stale) {
        this(since, tables.domains().size(), tables.recipients(), stale);
    }

    TablesInUse withFailure() {
        return new TablesInUse(since, domains, recipients, true);
    }
}
