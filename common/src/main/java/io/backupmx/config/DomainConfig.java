package io.backupmx.config;

import java.util.List;
import java.util.Optional;

/**
 * One backed-up domain.
 *
 * @param primary where its mail goes, {@code host}, {@code host:port}, {@code [host]:port}, or {@code mx} for its MX
 *     records; without it the transport file must name it
 * @param recipients the local parts or addresses that exist; absent: the recipients file decides, and without one every
 *     address is taken
 */
public record DomainConfig(Optional<String> primary, Optional<List<String>> recipients) {

    public DomainConfig {
        recipients = recipients.map(List::copyOf);
    }
}
