package io.backupmx.ops;

import io.backupmx.smtp.Domain;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The name we greet with when the configuration names none.
 *
 * @param warning what an operator should do about it, when it will not convince anybody
 */
public record MachineName(Domain domain, Optional<String> warning) {

    /** A broken resolver must not keep mail out for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /**
     * The configured name, else the machine's own fully qualified one, else {@code localhost} with a warning.
     *
     * @throws StartException when {@code configured} is no domain name
     */
    public static MachineName of(Optional<String> configured) {
        return configured
                .map(name -> new MachineName(
                        Domain.parse(name)
                                .orElseThrow(() -> new StartException("hostname: '" + name + "' is not a domain name")),
                        Optional.empty()))
                .or(() -> canonical().map(domain -> new MachineName(domain, Optional.empty())))
                .orElseGet(() -> new MachineName(
                        Domain.of("localhost"),
                        Optional.of(
                                "this machine does not know its full name, so we greet as localhost: set hostname")));
    }

    private static Optional<Domain> canonical() {
        FutureTask<String> lookUp = new FutureTask<>(MachineName::ask);
        Thread.ofPlatform().daemon().name("machine-name").start(lookUp);
        try {
            return Domain.parse(lookUp.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                    .filter(MachineName::isFullyQualified);
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static String ask() throws UnknownHostException {
        InetAddress self = InetAddress.getLocalHost();
        return self.getHostName().contains(".") ? self.getHostName() : self.getCanonicalHostName();
    }

    /** {@code mail.example.org}, but neither {@code mail}, {@code mail.localdomain} nor an address. */
    private static boolean isFullyQualified(Domain domain) {
        String name = domain.name();
        String top = name.substring(name.lastIndexOf('.') + 1);
        return !domain.isAddressLiteral()
                && domain.parent().isPresent()
                && !top.equals("localdomain")
                && !top.chars().allMatch(Character::isDigit);
    }
}
