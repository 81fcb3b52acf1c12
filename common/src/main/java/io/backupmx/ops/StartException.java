package io.backupmx.ops;

import io.backupmx.config.HostPort;
import java.net.BindException;
import java.nio.channels.UnresolvedAddressException;

/** A service cannot start, for a reason that an operator can remove: the message is one line for them, no stack trace. */
public final class StartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }

    /** @param key of the configuration that named {@code address}, for example {@code ops.listen} */
    public static StartException cannotListen(String key, HostPort address, Throwable cause) {
        String text = String.valueOf(cause.getMessage());
        String why = switch (cause) {
            case BindException _
            when text.contains("Address already in use") -> "another program listens there already";
            case BindException _
            when text.contains("annot assign requested address") -> "this machine does not have that address";
            case UnresolvedAddressException _ -> "the host name is not known";
            default -> text.contains("Permission denied") ? permission(address) : text;
        };
        return new StartException(key + ": cannot listen on " + address + ": " + why, cause);
    }

    private static String permission(HostPort address) {
        return address.port() > 0 && address.port() < 1024
                ? "permission denied (ports below 1024 need root or CAP_NET_BIND_SERVICE)"
                : "permission denied";
    }
}
